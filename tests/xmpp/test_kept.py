"""What others say is kept shortly, and of few: who is in a room, which messages were heard."""

from collections.abc import Iterator
import gc
import tracemalloc

from liar import Liar, link_to
from people import ALICE, Probed, until
import pytest

from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.xmpp.remembered import Occupants, Remembered

ROOM = "room@rooms.test"
USER = "http://jabber.org/protocol/muc#user"


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_ever_more_people_are_not_kept(traced: None) -> None:
    people, before = Occupants(), held()
    contacts = {ALICE}
    for n in range(20_000):
        people.put(f"{n}{'n' * 1_000}", f"{n}@{'d' * 200}.test", contacts)
        people.put(f"a{n}{'n' * 1_000}", ALICE, contacts)
        people.put(f"b{n}", f"{'x' * 1_000}@home.test", contacts)
        people.put(f"c{n}", "", contacts)
    assert held() - before < 2_000_000
    assert people[f"a19999{'n' * 1_000}"] == ALICE
    assert people["a19999"] == people["b19999"] == people["c19999"] == ""


def test_a_contact_stays_known_among_thousands() -> None:
    people = Occupants()
    people.put("Alice", ALICE, {ALICE})
    people.put("Bob", "bob@home.test", {ALICE})
    assert people["Bob"] == "bob@home.test"
    for n in range(5_000):
        people.put(str(n), f"{n}@home.test", {ALICE})
    assert people["Alice"] == ALICE
    people.put("Alice", "mallory@home.test", {ALICE})
    assert people["Alice"] == "mallory@home.test"
    people.pop("Alice")
    assert people["Alice"] == ""


def test_long_ids_are_remembered_shortly(traced: None) -> None:
    heard, before = Remembered(1_000), held()
    keys = [f"{n}{'x' * 60_000}" for n in range(100)]
    size = held()
    assert [heard.add(key) for key in keys] == [True] * 100
    assert held() - size < 100_000
    assert not any(heard.add(key) for key in keys)
    assert keys[0] in heard
    assert keys[0][:-1] not in heard
    heard.discard(keys[0])
    assert heard.add(keys[0])
    assert before


async def online(liar: Liar) -> Probed:
    link = link_to(liar)
    link.start()
    await until(lambda: liar.names("enable"))
    await link.online()
    return link


async def test_somebody_of_a_crowd_who_becomes_a_contact_is_heard() -> None:
    async with Liar() as liar:
        link = await online(liar)
        try:
            link.link.join({ROOM: "bot"})
            for n in range(300):
                item = f"<x xmlns='{USER}'><item role='participant' jid='u{n}@home.test/x'/></x>"
                liar.say(f"<presence from='{ROOM}/{n}{'n' * 900}' to='{liar.jid}'>{item}</presence>")
            contacts = list(link.link._gate.contacts.values())
            liar.say(
                f"<presence from='{ROOM}/Alice' to='{liar.jid}'><x xmlns='{USER}'>"
                f"<item jid='{ALICE}/x'/></x></presence>"
            )
            # Alice is a stranger at first.
            link.link.meet([])
            speak = "<message from='{0}/Alice' type='groupchat' id='{1}'><body>{1}</body></message>"
            liar.say(speak.format(ROOM, "early"))
            rooms = link.link._talk.rooms
            await until(lambda: rooms._stays[ROOM].people["Alice"] == ALICE)
            link.link.meet(contacts)
            liar.say(speak.format(ROOM, "late"))
            await until(lambda: "late" in link.said)
        finally:
            await link.link.stop()


@pytest.mark.parametrize("sender", ["bot@home.test/other", "home.test/x", "sub.home.test", "evil.test", "@@"])
@pytest.mark.parametrize("kind", ["wait", "cancel"])
async def test_only_the_server_and_the_addressee_return_a_notice(sender: str, kind: str) -> None:
    unavailable = "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
    async with Liar() as liar:
        link = await online(liar)
        try:
            notice = link.say("alert")
            await until(lambda: link.progress(notice) == [Delivery.SENT])
            error = f"<error type='{kind}'>{unavailable}</error>"
            returned = f"<message from='{{}}' to='{liar.jid}' type='error' id='{notice.id}'>{error}</message>"
            liar.say(returned.format(sender))
            liar.say(f"<message from='{ALICE}/phone' type='chat'><body>after</body></message>")
            await until(lambda: "after" in link.said)
            assert link.progress(notice) == [Delivery.SENT]
            liar.say(returned.format("home.test"))
            await until(lambda: len(link.progress(notice)) > 1)
        finally:
            await link.link.stop()
