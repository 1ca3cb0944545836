"""What is said in the pictures: a value, an alert, a thumb, a chart."""

import asyncio
from collections.abc import Iterator
import contextlib
from dataclasses import dataclass, field
import math
from pathlib import Path
import sqlite3

from ..devices import Value
from ..person import Person
from ..stage import Stage
from .clients import PATIENCE_SECONDS, until

_TOPIC = "home/freezer/temperature"
_VALUES = 48
_HOURS = 6
_KEPT = "SELECT id FROM messages WHERE topic_id = (SELECT id FROM topics WHERE topic = ?) ORDER BY id"
_SHIFT = "UPDATE messages SET received = received - :back, time = time - :back WHERE id = :row"


@dataclass(frozen=True, slots=True)
class Words:
    """What a person types, and the names of the home's devices, in one language."""

    pause: str
    resume: str
    value: str
    rule: str
    name: str
    chart: str
    names: dict[str, str] = field(default_factory=dict)


WORDS = {
    "en": Words(
        "pause",
        "resume",
        "freezer temperature",
        'alert freezer temperature > -15 critical as "Freezer warm"',
        "Freezer warm",
        "chart freezer temperature 6h",
    ),
    "de": Words(
        "pause",
        "fortsetzen",
        "gefrierschrank temperatur",
        'alarm gefrierschrank temperatur > -15 kritisch als "Gefrierschrank warm"',
        "Gefrierschrank warm",
        "diagramm gefrierschrank temperatur 6h",
        {
            "Freezer": "Gefrierschrank",
            "Temperature": "Temperatur",
            "Humidity": "Luftfeuchte",
            "Door": "Tür",
            "Kitchen lamp": "Küchenlampe",
            "Kitchen climate": "Küchenklima",
        },
    ),
}


async def past(stage: Stage, words: Words) -> None:
    """Let the freezer have some hours behind it: publish what it was, and date that back."""
    you = person(stage)
    await you.sees(stage.bot_jid, "available", PATIENCE_SECONDS)
    you.say(stage.bot_jid, words.pause)
    await you.next(words.resume, PATIENCE_SECONDS)
    values = list(_freezer())
    await asyncio.to_thread(
        stage.home.publish, *(Value(_TOPIC, f"{value:.1f}".encode(), 1) for value in values)
    )
    (file,) = (stage.hass.directory / ".storage" / "dinox_mqtt_bot").glob("*.db")
    await until(lambda: _dated_back(file), "not all values are kept")
    you.say(stage.bot_jid, words.resume)


def _dated_back(file: Path) -> bool:
    """Spread the values over the hours before now, if all are kept."""
    with contextlib.closing(sqlite3.connect(file, timeout=30)) as database, database:
        rows = database.execute(_KEPT, (_TOPIC,)).fetchall()
        if len(rows) < _VALUES:
            return False
        step = _HOURS * 3600 / _VALUES
        for number, (row,) in enumerate(rows):
            database.execute(_SHIFT, {"back": (len(rows) - number) * step, "row": row})
    return True


async def talk(stage: Stage, words: Words) -> str:
    """Say and hear what the pictures show; return a part of the last message."""
    you = person(stage)
    you.forget()
    you.say(stage.bot_jid, words.value)
    await you.next("°C", PATIENCE_SECONDS)
    you.say(stage.bot_jid, words.rule)
    await you.next(words.name, PATIENCE_SECONDS)
    await asyncio.to_thread(stage.home.publish, Value(_TOPIC, b"-12.3", 1))
    alert = await you.next("🔴", PATIENCE_SECONDS)
    you.react(stage.bot_jid, alert.id, "👍")
    await you.next("#1", PATIENCE_SECONDS)
    you.say(stage.bot_jid, words.chart)
    return (await you.next("https://", PATIENCE_SECONDS)).text


def _freezer() -> Iterator[float]:
    """Yield what a freezer is that is filled once: the compressor's waves, and a warm hour."""
    for number in range(_VALUES):
        filled = 3.2 * math.exp(-(((number - 30) / 5) ** 2))
        yield -18.4 + 0.6 * math.sin(number * 0.9) + filled


def person(stage: Stage) -> Person:
    """Return who talks to the bot."""
    if stage.you is None:
        raise RuntimeError("there is no XMPP server")
    return stage.you
