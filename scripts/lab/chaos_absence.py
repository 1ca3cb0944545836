"""The long absence of the chaos run: very many notices wait, then all are to arrive in order."""

import asyncio
from dataclasses import dataclass
import re
import time

from .chaos_house import YOU, ChaosHouse, Victim
from .configuration import DOMAIN

_NOTICE = re.compile(r"^notice (\d+)$")
_SILENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class AbsenceFigures:
    """What came of it. Of those `out_of_order` one with a higher number was told before."""

    sent: int
    lost: int
    out_of_order: int
    duplicates_unmarked: int
    seconds: float

    @property
    def failed(self) -> bool:
        return bool(self.lost or self.out_of_order or self.duplicates_unmarked)


async def absence(house: ChaosHouse, notices: int) -> AbsenceFigures:
    """Have the bot say so much while its XMPP server is away, and read what comes when it is back."""
    house.chat.away = True
    await house.kill(Victim.XMPP)
    for number in range(1, notices + 1):
        await house.hass.api.call_action(
            DOMAIN,
            "send_message",
            config_entry_id=house.entry,
            contact=YOU,
            message=f"notice {number}",
            priority="alert",
        )
    await house.revive(Victim.XMPP)
    # Not by its archive: reading that while it grows would be the slowest of all.
    house.chat.away = True
    await house.chat.you.leave()
    await house.chat.you.arrive()
    began = last = time.monotonic()
    come: list[int] = []
    while len(come) < notices and time.monotonic() - last < _SILENCE_SECONDS:
        await asyncio.sleep(0.5)
        newest = _told(house)
        if len(newest) != len(come):
            come, last = newest, time.monotonic()
    highest, late = 0, 0
    for number in come:
        late += number < highest
        highest = max(highest, number)
    distinct = len(set(come))
    return AbsenceFigures(notices, notices - distinct, late, len(come) - distinct, last - began)


def _told(house: ChaosHouse) -> list[int]:
    """Return the numbers in the order in which they came, once for each stanza id."""
    texts = {heard.id: heard.text for heard in house.chat.you.all}
    return [int(found[1]) for text in texts.values() if (found := _NOTICE.match(text))]
