"""Whom the bot talks to."""

from dataclasses import replace
from typing import Any

from fakes import GUEST, ME, World
import pytest

from bot.commands.following import Contacts
from bot.model.announcements import StatusChanged
from bot.model.replies import Caller, Surface
from bot.model.rules import Contact, Role
from bot.model.status import BotStatus

PEOPLE = (Contact(ME, "Ann", user="u1"), Contact(GUEST, role=Role.VIEWER, receives=False))


async def test_lists_the_contacts() -> None:
    world = World(contacts=PEOPLE)
    world.bot.do_not_disturb.set_contact(GUEST, True)
    assert (await world.ask("contacts")).splitlines() == [
        "Contacts: 2",
        f"• Ann ({ME}) — admin — with a user of Home Assistant",
        f"• {GUEST} — viewer — only gets answers — not to be disturbed",
    ]


async def test_whom_nothing_reaches_is_named_with_the_reason_until_something_does() -> None:
    world = World(contacts=PEOPLE)
    told: list[BotStatus] = []
    world.bot.listen(lambda news: told.append(news.status) if isinstance(news, StatusChanged) else None)
    world.bot.reach_changed(GUEST, "contact_no_server")
    world.bot.reach_changed(GUEST, "contact_no_server")
    assert [status.unreachable for status in told] == [((GUEST, "contact_no_server"),)]
    world.outbox.failed = 2
    world.restart()
    assert "viewer — only gets answers — ⚠ nothing reaches it: no server" in await world.ask("contacts")
    status = (await world.ask("status")).splitlines()
    assert "• Failed: 2" in status
    assert f"• Nothing reaches: {GUEST}, no server is found at this address" in status
    world.bot.reach_changed(GUEST, "")
    assert "reaches" not in await world.ask("contacts") + await world.ask("status")


async def test_who_is_no_contact_any_more_is_forgotten_here_too() -> None:
    world = World(contacts=PEOPLE)
    world.bot.reach_changed(GUEST, "contact_unknown")
    world.bot.apply(replace(world.bot.rules, contacts=PEOPLE[:1]))
    assert world.bot.status.unreachable == ()
    world.restart()
    assert world.bot.status.unreachable == ()


async def test_without_contacts_it_says_where_to_add_them() -> None:
    assert "settings" in await World(contacts=()).ask("contacts")


async def test_the_action_tells_the_same() -> None:
    reply: Any = await World(contacts=PEOPLE).bot.execute(
        Contacts(), Caller(Surface.ACTION, "Ann", Role.ADMIN)
    )
    assert reply.facts[1] == {
        "jid": GUEST,
        "name": "",
        "room": False,
        "role": "viewer",
        "receives": False,
        "about": [],
        "from": "normal",
        "only": "",
        "digest": False,
        "operates": [],
        "do_not_disturb": False,
        "unreachable": "",
        "user": "",
    }


@pytest.mark.parametrize(("role", "told"), [(Role.VIEWER, False), (Role.OPERATOR, True)])
async def test_who_only_looks_learns_no_addresses(role: Role, told: bool) -> None:
    assert (ME in await World().ask("contacts", GUEST, role)) is told
