"""Contacts whom nothing reaches are found, with the reason, on real servers."""

from people import ALICE, Person, Probed, World, until
import pytest
from slixmpp.exceptions import IqTimeout
from test_rooms import new_room, open_room

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact
from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.xmpp import reach
from custom_components.dinox_mqtt_bot.xmpp.reach import inquire, reason_of

NOWHERE, GHOST = "nobody@nowhere.test", "ghost@home.test"
# A Prosody of the tests talks to no other server, and says so.
NO_SERVER = {"contact_no_server", "contact_refuses"}


def reasons(bot: Probed, jid: str) -> list[str]:
    return [reason for told, reason in bot.reach if told == jid]


async def bounced(bot: Probed, jid: str) -> str:
    """Say something to an address, and return why it came back."""
    notice = bot.say("hello", jid)
    await until(lambda: Delivery.FAILED in bot.progress(notice), f"back from {jid}")
    return bot.reasons_told[notice.id]


async def test_an_address_without_a_server_is_found_by_asking_to_see_it(either: World) -> None:
    bot = await either.bot((ALICE, NOWHERE))
    await until(lambda: reasons(bot, NOWHERE))
    assert set(reasons(bot, NOWHERE)) <= NO_SERVER
    assert await bounced(bot, NOWHERE) in NO_SERVER


async def test_an_address_without_a_person_is_found_by_what_comes_back(either: World) -> None:
    bot = await either.bot((ALICE, GHOST))
    assert await bounced(bot, GHOST) == "contact_unknown"
    await until(lambda: reasons(bot, GHOST) == ["contact_unknown"])
    assert "contact_unknown" not in reasons(bot, ALICE)


@pytest.mark.parametrize("there", [True, False])
async def test_a_room_is_no_contact(either: World, there: bool) -> None:
    _, room = await open_room(either) if there else (None, new_room())
    bot = await either.bot((ALICE, room))
    bot.say("hello", room)
    await until(lambda: "contact_is_room" in reasons(bot, room))
    told = len(reasons(bot, room))
    await bounced(bot, room)
    assert set(reasons(bot, room)[told:]) <= {"contact_is_room"}


async def test_asked_beforehand_the_server_tells_what_speaks_against_an_address(either: World) -> None:
    _, room = await open_room(either)
    bot = await either.bot()
    assert await bot.link.inquire(room) == "contact_is_room"
    assert await bot.link.inquire(new_room()) == "contact_is_room"
    assert await bot.link.inquire(NOWHERE) in NO_SERVER
    for jid in (ALICE, GHOST):  # whether there is a person is told to nobody
        assert await bot.link.inquire(jid) == ""
    await bot.link.stop()
    assert await bot.link.inquire(room) == ""


async def test_an_address_that_is_not_answered_for_in_time_may_be_right(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = await world.bot()
    session = bot.link._session
    assert session is not None

    async def get_info(**_: object) -> None:
        raise IqTimeout(session.xmpp.make_iq_get())

    monkeypatch.setattr(session.xmpp.plugin["xep_0030"], "get_info", get_info)
    assert await inquire(session.xmpp, NOWHERE, 1) == ""


async def failing_alice(world: World) -> tuple[Person, Probed]:
    """Return Alice, whose client returned something to the bot, as a server does that knows nobody."""
    alice, bot = await world.person("alice"), await world.bot()
    alice.write("bot@home.test", "here I am")
    await until(lambda: reasons(bot, ALICE) == [""])
    notice = bot.say("hello")
    await until(lambda: "hello" in alice.bodies and bot.progress(notice))
    alice.refuse(next(each for each in alice.messages if each["body"]), "cancel", "item-not-found")
    await until(lambda: reasons(bot, ALICE)[-1:] == ["contact_unknown"])
    return alice, bot


@pytest.mark.parametrize("how", ["receipt", "words", "presence"])
async def test_what_comes_from_a_contact_shows_that_it_is_reached_again(world: World, how: str) -> None:
    alice, bot = await failing_alice(world)
    if how == "receipt":
        notice = bot.say("again")
        await until(lambda: "again" in alice.bodies)
        alice.write("bot@home.test/ha", receipt=notice.id)
    elif how == "words":
        alice.write("bot@home.test", "I am here")
    else:
        alice.xmpp.send_presence(pto="bot@home.test", pshow="away")
    await until(lambda: reasons(bot, ALICE) == ["", "contact_unknown", ""])


async def test_what_does_not_come_back_for_a_while_has_got_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, bot = await failing_alice(world)
    monkeypatch.setattr(reach, "_QUIET", 0.2)
    bot.say("again")
    await until(lambda: reasons(bot, ALICE) == ["", "contact_unknown", ""])


async def test_who_is_no_contact_is_nobody_to_tell_of(world: World) -> None:
    bot = await world.bot((ALICE, GHOST))
    await bounced(bot, GHOST)
    bot.link.meet([Contact(ALICE)])
    told = len(bot.reach)
    bot.link._talk.reach.failed(GHOST, "item-not-found")
    bot.link._talk.reach.arrived(GHOST)
    bot.link._talk.reach.taken(GHOST)
    await world.settled(bot)
    assert len(bot.reach) == told
    notice = bot.say("too late", GHOST)
    await until(lambda: bot.progress(notice) == [Delivery.FAILED])
    assert bot.reasons_told[notice.id] == "contact_removed"


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("resource-constraint", "contact_full"),
        ("remote-server-timeout", "contact_server_away"),
        ("policy-violation", "contact_refuses"),
        ("undefined-condition", "contact_error"),
        ("", "contact_error"),
    ],
)
def test_every_condition_has_its_reason(condition: str, reason: str) -> None:
    assert reason_of(condition) == reason
