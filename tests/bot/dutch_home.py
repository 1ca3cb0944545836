"""A home whose people speak a language of which there is only a file (see `text/test_tongue.py`)."""

from fakes import ME, World
from homes import announce, say

from bot.model.rules import Display, Subscription


async def live() -> dict[str, str]:
    """Return what the bot says to each line, and under `!` what it tells unasked."""
    world = World(Subscription("huis/#", display=Display.EACH), language="nl")
    world.memory.set("greeted", "1")
    door = {"state_topic": "huis/deur", "device_class": "door"}
    announce(world, "binary_sensor", "d", name="Voordeur", **door)
    freezer = {"state_topic": "huis/vriezer", "unit_of_measurement": "°C", "device_class": "temperature"}
    announce(world, "sensor", "v", name="Vriezer", **freezer)
    lamp = {"state_topic": "huis/lamp", "command_topic": "huis/lamp/set", "schema": "json"}
    colours = {"brightness": True, "supported_color_modes": ["rgb"]}
    announce(world, "light", "l", name="Keukenlamp", **lamp, **colours)
    for topic, payload in (
        *(("huis/deur", "OFF"), ("huis/vriezer", "-18.5")),
        ("huis/lamp", '{"state": "OFF", "brightness": 3}'),
    ):
        world.receive(topic, payload)
    world.wait(20)
    answers: dict[str, str] = {}
    for line in LINES:
        answers[line] = await say(world, line)
        world.wait(6)
    world.receive("huis/deur", "ON")
    world.wait(5)
    answers["!value"] = world.said[-1]
    world.receive("huis/vriezer", "-12.5")
    world.wait(30)
    told = [notice.text for notice in world.outbox.notices if notice.to == ME]
    answers["!alert"] = next(text for text in reversed(told) if "🔴" in text)
    return answers


LINES = (
    *("toestand", "status", "voordeur", "geschiedenis vriezer", "geschiedenis voordeur sinds gisteren"),
    *("stil twee uur", "stil tot morgen", "stil uit"),
    *("alarm vriezer boven -15 kritiek", "alarm voordeur is open gedurende 10 minuten"),
    *("keukenlamp aan", "keukenlamp rood", "keukenlamp helderheid 40", "alle lampen uit"),
    "doe de keukenlamp aan",
)
