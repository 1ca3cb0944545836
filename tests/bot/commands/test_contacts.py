"""Whom the bot talks to."""

from typing import Any

from fakes import GUEST, ME, World
import pytest

from bot.commands.system import Contacts
from bot.model.replies import Caller, Surface
from bot.model.rules import Contact, Role

PEOPLE = (Contact(ME, "Ann", user="u1"), Contact(GUEST, role=Role.VIEWER, receives=False))


async def test_lists_the_contacts() -> None:
    world = World(contacts=PEOPLE)
    world.bot.do_not_disturb.set_contact(GUEST, True)
    assert (await world.ask("contacts")).splitlines() == [
        "Contacts: 2",
        f"• Ann ({ME}) — admin — with a user of Home Assistant",
        f"• {GUEST} — viewer — only gets answers — not to be disturbed",
    ]


async def test_without_contacts_it_says_where_to_add_them() -> None:
    assert "settings" in await World(contacts=()).ask("contacts")


async def test_the_action_tells_the_same() -> None:
    reply: Any = await World(contacts=PEOPLE).bot.execute(
        Contacts(), Caller(Surface.ACTION, "Ann", Role.ADMIN)
    )
    assert reply.facts[1] == {
        "jid": GUEST,
        "name": "",
        "role": "viewer",
        "receives": False,
        "do_not_disturb": False,
        "user": "",
    }


@pytest.mark.parametrize(("role", "told"), [(Role.VIEWER, False), (Role.OPERATOR, True)])
async def test_who_only_looks_learns_no_addresses(role: Role, told: bool) -> None:
    assert (ME in await World().ask("contacts", GUEST, role)) is told
