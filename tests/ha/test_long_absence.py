"""Very many notices that each must arrive, after nobody could be told for long: all, once, in order."""

import os
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from running import ALICE, USERS, account, bot_entry, contacts, reachable, running, until

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Priority
from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from lab.person import Person
from lab.servers import Lab, Prosody

# `LONG_ABSENCE=20000 scripts/test tests/ha/test_long_absence.py` tries what a week brings.
MANY = int(os.environ.get("LONG_ABSENCE", "2000"))
PATIENCE = 30 + MANY / 20


@pytest.fixture
def own_prosody(own_lab: Lab) -> Prosody:
    return own_lab.prosody(users=USERS, log_level="warn")


@pytest.fixture
def data(data: dict[str, Any], own_lab: Lab, own_prosody: Prosody) -> dict[str, Any]:
    return data | account(own_prosody.ports["c2s"], own_lab.ca)


def numbers(person: Person) -> list[str]:
    """Return what came, each message once by its id."""
    return [text for text in {heard.id: heard.text for heard in person.all}.values() if "alert " in text]


async def test_what_waited_for_the_server_arrives_in_order(
    hass: HomeAssistant, data: dict[str, Any], own_lab: Lab, own_prosody: Prosody
) -> None:
    """The bot has no session for long; then everything is said, a normal word after all alerts."""
    async with running(hass, bot_entry(data, contacts(Contact(ALICE)))) as bot:
        await reachable(bot)
        own_prosody.stop()
        await until(lambda: bot.chat.status.phase is not Phase.ONLINE)
        bot.bot.send("no hurry", ALICE)
        for number in range(MANY):
            bot.bot.send(f"alert {number:06}", ALICE, Priority.ALERT)
        wanted = [f"alert {number:06}" for number in range(MANY)]
        assert bot.bot.status.undelivered == MANY + 1
        own_prosody.start()
        async with Person(ALICE, USERS["alice"], own_prosody.ports["c2s"], own_lab.client_ssl()) as alice:
            bot.chat.reconnect()
            await until(lambda: bot.bot.status.undelivered == 0, PATIENCE)
            await alice.next("no hurry", PATIENCE)
            assert numbers(alice) == wanted
            assert len([heard for heard in alice.all if "alert " in heard.text]) == MANY
            assert alice.all[-1].text == "no hurry"
