"""What is encrypted from end to end is heard as such, and never as words."""

from datetime import UTC, datetime, timedelta
import uuid

from hypothesis import given, strategies as st
from people import ALICE, BOT, Person, World, full, until
import pytest
from test_hearing import message
from test_rooms import joined, open_room

from custom_components.dinox_mqtt_bot.xmpp.incoming import encryption_in

HA = str(full("bot", "ha"))
FALLBACK = "<body>I sent you an OMEMO encrypted message but your client doesn’t seem to support that.</body>"
OMEMO = (
    "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/><payload>YQ==</payload></encrypted>"
)
SEALED = {
    OMEMO: "OMEMO",
    "<encrypted xmlns='urn:xmpp:omemo:1'><header sid='1'/></encrypted>": "OMEMO",
    "<encrypted xmlns='urn:xmpp:omemo:2'><header sid='1'/></encrypted>": "OMEMO",
    "<encrypted xmlns='urn:example:later'/>": "E2EE",
    "<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl'/>": "OMEMO",
    "<encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:otr:0' name='OTR'/>": "OTR",
    "<encryption xmlns='urn:xmpp:eme:1' namespace='urn:example:later' name='/mqtt clear'/>": "E2EE",
    "<encryption xmlns='urn:xmpp:eme:0'/>": "E2EE",
    "<x xmlns='jabber:x:encrypted'>qANQR1DBwU4D</x>": "OpenPGP",
    "<openpgp xmlns='urn:xmpp:openpgp:0'>YQ==</openpgp>": "OpenPGP",
    "<e2e xmlns='urn:ietf:params:xml:ns:xmpp-e2e'>x</e2e>": "E2EE",
    "<c xmlns='http://www.xmpp.org/extensions/xep-0200.html#ns'><data/></c>": "E2EE",
}
BODIES = {
    "?OTR:AAMDJ+MVmSfjFZcAAAAAAQAAAAIAAADA.": "OTR",
    "?OTRv23?\nalice wants a private talk": "OTR",
    "\n ?OTR,1,3,?OTR:AAMD": "OTR",
    "-----BEGIN PGP MESSAGE-----\n\nhQEMA": "OpenPGP",
}
WRAPPINGS = {
    "plain": "",
    "correction": "<replace xmlns='urn:xmpp:message-correct:0' id='x'/>",
    "reply": "<reply xmlns='urn:xmpp:reply:0' id='x'/>",
    "reaction": "<reactions xmlns='urn:xmpp:reactions:0' id='x'><reaction>👍</reaction></reactions>",
    "asks": "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/>",
}


def send(person: Person, inner: str, to: str = BOT, kind: str = "chat") -> None:
    person.send_as_written(f"<message to='{to}' type='{kind}' id='{uuid.uuid4().hex}'>{inner}</message>")


@pytest.mark.parametrize(("sealed", "scheme"), SEALED.items())
@pytest.mark.parametrize("body", ["", "/mqtt clear"])
def test_an_element_tells_it_whatever_the_body(sealed: str, scheme: str, body: str) -> None:
    assert encryption_in(message(body, sealed)) == scheme


@pytest.mark.parametrize(("body", "scheme"), BODIES.items())
def test_a_body_may_tell_it_itself(body: str, scheme: str) -> None:
    assert encryption_in(message(body)) == scheme
    quotation = "<reply xmlns='urn:xmpp:reply:0' id='x'/>"
    assert encryption_in(message(f"> what was said\n{body}", quotation)) == scheme


@given(st.text())
def test_words_are_not_taken_for_it(body: str) -> None:
    assert not encryption_in(message(f"so {body}", "<x xmlns='jabber:x:oob'/>", "<c xmlns='urn:x'/>"))


@pytest.mark.parametrize("sealed", [OMEMO, FALLBACK + OMEMO, "<body>?OTR:AAMD.</body>"])
@pytest.mark.parametrize("wrapping", WRAPPINGS)
async def test_it_is_heard_without_words(world: World, sealed: str, wrapping: str) -> None:
    alice, bot = await world.person("alice"), await world.bot()
    send(alice, sealed + WRAPPINGS[wrapping])
    alice.write(BOT, "last")
    await until(lambda: len(bot.texts) == 2)
    heard = bot.texts[0]
    assert (heard.jid, heard.text, heard.reply_to, heard.resource) == (ALICE, "", "", "phone")
    assert heard.encrypted
    assert not bot.texts[1].encrypted
    assert bot.reactions == []
    await world.settled(bot)
    await alice.synchronise()
    assert alice.messages == []  # nothing says that it was read


async def test_it_is_heard_on_every_server_also_when_it_waited(either: World) -> None:
    alice = await either.person("alice")
    send(alice, FALLBACK + OMEMO)
    await alice.synchronise()
    bot = await either.bot(wait=False)
    bot.clock.shift = 120
    await bot.online()
    stamp = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    send(alice, f"{OMEMO}<delay xmlns='urn:xmpp:delay' stamp='{stamp}'/>", HA)
    await until(lambda: [(said.text, said.encrypted) for said in bot.texts] == [("", "OMEMO")] * 2)


async def test_a_carbon_of_it_is_heard_once(world: World) -> None:
    own = "shared@home.test"
    phone = await world.person("shared")
    bot = await world.bot((own,), user="shared")
    send(phone, FALLBACK + OMEMO, own)
    send(phone, "<body>last</body>", own)
    await until(lambda: [(said.text, said.encrypted) for said in bot.texts] == [("", "OMEMO"), ("last", "")])


async def test_it_is_heard_in_a_room_without_words(either: World) -> None:
    alice, room = await open_room(either)
    bot = await either.bot()
    await joined(bot, room)
    for inner in (FALLBACK + OMEMO, OMEMO, "<body>?OTR:AAMD.</body>", "<body>last</body>"):
        send(alice, inner, room, "groupchat")
    await until(lambda: "last" in bot.said)
    assert [(said.room, said.text, bool(said.encrypted)) for said in bot.texts] == [
        *[(room, "", True)] * 3,
        (room, "last", False),
    ]
