"""Reactions (XEP-0444) and replies (XEP-0461) reach the bot with the id of the message they are put to."""

from datetime import UTC, datetime, timedelta
import xml.etree.ElementTree as ET

from hypothesis import given, strategies as st
from people import ALICE, BOT, PASSWORDS, PATIENCE, Person, Probed, World, full, until
import pytest
from slixmpp import JID, Message
from test_self_chat import OWN, self_chat

from custom_components.dinox_mqtt_bot.bot.model.status import Delivery
from custom_components.dinox_mqtt_bot.bot.model.utterance import Reaction
from custom_components.dinox_mqtt_bot.xmpp.incoming import reaction_in, replied_in, text_in
from lab.person import Person as Client

HA = str(full("bot", "ha"))


def put(bot: Probed) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(reaction.jid, reaction.to, reaction.emojis) for reaction in bot.reactions]


async def told(bot: Probed, alice: Person, text: str = "Freezer: -3 °C") -> str:
    """Say something to Alice and return its id."""
    notice = bot.say(text)
    await until(lambda: text in alice.bodies)
    return notice.id


async def test_a_reaction_names_what_it_is_put_to(either: World) -> None:
    alice = await either.person("alice")
    bot = await either.bot()
    notice = await told(bot, alice)
    alice.react(BOT, notice, "👍")
    await until(lambda: bot.reactions)
    assert put(bot) == [(ALICE, notice, ("👍",))]
    assert abs(bot.reactions[0].at - bot.clock.now()) < 30
    assert bot.texts == []


async def test_all_reactions_are_told_and_then_that_they_are_withdrawn(either: World) -> None:
    alice = await either.person("alice")
    bot = await either.bot()
    notice = await told(bot, alice)
    alice.react(BOT, notice, "👍")
    alice.react(BOT, notice, "👍", "😴")
    alice.react(BOT, notice)
    await until(lambda: len(bot.reactions) == 3)
    assert [set(emojis) for _, _, emojis in put(bot)] == [{"👍"}, {"👍", "😴"}, set()]


async def test_what_a_client_sends_is_understood(either: World) -> None:
    bot = await either.bot()
    tls = either.lab.client_ssl()
    async with Client(ALICE, PASSWORDS["alice"], either.server.ports["c2s"], tls) as alice:
        # Then the server has seen her presence, too: what came between would be stored, and stay there.
        await alice.client.plugin["xep_0199"].send_ping(JID("home.test"), timeout=PATIENCE)
        notice = bot.say("Cellar: 3 cm\nsince 10:00")
        heard = await alice.next("Cellar")
        assert heard.id == notice.id
        alice.react(HA, heard.id, "🔕")
        reply = alice.reply(HA, heard.id, "ack")
        alice.react(HA, heard.id)
        alice.reply(HA, "unheard", "snooze")
        await until(lambda: len(bot.reactions) == len(bot.texts) == 2)
    assert put(bot) == [(ALICE, notice.id, ("🔕",)), (ALICE, notice.id, ())]
    assert [(said.text, said.reply_to) for said in bot.texts] == [("ack", notice.id), ("snooze", "unheard")]
    assert bot.texts[0].id == reply


async def test_a_reaction_to_what_the_bot_did_not_say_is_told_as_it_is(world: World) -> None:
    """What an earlier run has said is not known to the link, so that it is not the link's to judge."""
    alice = await world.person("alice")
    bot = await world.bot()
    alice.react(BOT, "of-somebody-else", "👍")
    await until(lambda: put(bot) == [(ALICE, "of-somebody-else", ("👍",))])


async def test_a_strangers_reaction_is_ignored(either: World) -> None:
    mallory, alice = await either.person("mallory"), await either.person("alice")
    bot = await either.bot()
    notice = await told(bot, alice)
    for to in (BOT, HA):
        mallory.react(to, notice, "👍")
    await mallory.synchronise()
    alice.react(BOT, notice, "😴")
    await until(lambda: bot.reactions)
    assert put(bot) == [(ALICE, notice, ("😴",))]
    assert mallory.messages == [] or {message["type"] for message in mallory.messages} == {"error"}


async def test_the_same_reaction_is_told_once(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    alice.react(BOT, "notice", "👍", id="same")
    alice.react(BOT, "notice", "👍", id="same")
    alice.react(BOT, "notice", "👎", id="same")
    alice.react(BOT, "other", "👎", id="same")
    alice.react(BOT, "notice", "last")
    await until(lambda: len(bot.reactions) >= 4)
    assert [emojis for _, _, emojis in put(bot)] == [("👍",), ("👎",), ("👎",), ("last",)]


async def test_a_late_reaction_is_ignored(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    for ago in (61, 20):
        alice.react(BOT, f"{ago}", "👍", delay={"stamp": datetime.now(UTC) - timedelta(seconds=ago)})
    await until(lambda: bot.reactions)
    assert [to for _, to, _ in put(bot)] == ["20"]


async def test_a_reaction_put_while_the_bot_was_off_is_judged_by_its_age(either: World) -> None:
    alice = await either.person("alice")
    alice.react(BOT, "then", "👍")
    await alice.synchronise()
    bot = await either.bot(wait=False)
    bot.clock.shift = 120
    await bot.online()
    alice.react(BOT, "now", "👍")
    await until(lambda: bot.reactions)
    assert [to for _, to, _ in put(bot)] == ["now"]


async def test_reactions_by_errors_and_in_groups_are_ignored(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    for kind in ("error", "groupchat", "headline"):
        alice.react(HA, kind, "👍", type=kind)
    alice.react(HA, "", "👍")
    alice.react(HA, "normal", "👍", type="normal")
    await until(lambda: bot.reactions)
    assert [to for _, to, _ in put(bot)] == ["normal"]


async def test_a_reaction_told_in_words_too_is_no_text(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    reaction = alice.xmpp.make_message(mto=BOT, mbody="> Freezer\n👍", mtype="chat")
    for element in (reactions("notice", "👍"), REPLY, quotation(0, 10), fallback("urn:xmpp:reactions:0")):
        reaction.xml.append(ET.fromstring(element))
    reaction.send()
    alice.write(BOT, "last")
    await until(lambda: bot.said)
    assert bot.said == ["last"]
    assert put(bot) == [(ALICE, "notice", ("👍",))]


async def test_who_asks_learns_that_a_reaction_came(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    key = alice.react(BOT, "notice", "👍", request_receipt=True)
    await until(lambda: bot.reactions and alice.messages)
    assert alice.messages[0]["receipt"] == key


@pytest.mark.parametrize("to", [OWN, f"{OWN}/ha"])
async def test_the_user_reacts_and_replies_in_the_self_chat(either: World, to: str) -> None:
    phone, bot = await self_chat(either)
    notice = bot.say("Freezer: -3 °C", to=OWN)
    await until(lambda: notice.text in phone.bodies and bot.progress(notice) == [Delivery.SENT])
    phone.react(to, notice.id, "👍")
    phone.react(to, notice.id)
    phone.reply(to, notice.id, "ack")
    await until(lambda: bot.texts)
    await either.settled(bot)
    assert put(bot) == [(OWN, notice.id, ("👍",)), (OWN, notice.id, ())]
    assert [(said.jid, said.text, said.reply_to) for said in bot.texts] == [(OWN, "ack", notice.id)]


async def test_what_the_user_reacts_to_elsewhere_is_not_told(either: World) -> None:
    phone, bot = await self_chat(either, ALICE)
    phone.react(ALICE, "private", "👍")
    phone.react(OWN, "notice", "👍")
    await until(lambda: bot.reactions)
    assert put(bot) == [(OWN, "notice", ("👍",))]


async def test_contacts_learn_that_replies_and_reactions_are_understood(world: World) -> None:
    alice = await world.person("alice")
    await world.bot()
    answer = await alice.xmpp.plugin["xep_0030"].get_info(jid=full("bot", "ha"), timeout=PATIENCE)
    assert {"urn:xmpp:reactions:0", "urn:xmpp:reply:0"} <= set(answer["disco_info"]["features"])


REPLY = "<reply xmlns='urn:xmpp:reply:0' to='bot@home.test' id='answered'/>"


def reactions(to: str, *emojis: str) -> str:
    inside = "".join(f"<reaction>{emoji}</reaction>" for emoji in emojis)
    return f"<reactions xmlns='urn:xmpp:reactions:0' id='{to}'>{inside}</reactions>"


def fallback(feature: str, inside: str = "") -> str:
    return f"<fallback xmlns='urn:xmpp:fallback:0' for='{feature}'>{inside}</fallback>"


def quotation(start: object, end: object) -> str:
    return fallback("urn:xmpp:reply:0", f"<body start='{start}' end='{end}'/>")


def message(body: str, *children: str) -> Message:
    xml = ET.fromstring(f"<message xmlns='jabber:client' from='{ALICE}/phone'>{''.join(children)}</message>")
    ET.SubElement(xml, "{jabber:client}body").text = body
    return Message(xml=xml)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["❤️"], ("❤",)),
        (["✔\ufe0e", "✔\ufe0f", "✔"], ("✔",)),
        (["👍🏽"], ("👍🏽",)),
        (["👩\u200d🚒"], ("👩\u200d🚒",)),
        ([" 😴\n", "👍"], ("😴", "👍")),
        (["", " "], ()),
    ],
)
def test_emojis_are_told_in_one_spelling(written: list[str], read: tuple[str, ...]) -> None:
    assert reaction_in(message("", reactions("x", *written)), 5.0) == Reaction(ALICE, "x", read, 5.0)


@pytest.mark.parametrize("children", [(), (REPLY,), (reactions("", "👍"),)])
def test_without_a_target_there_is_no_reaction(children: tuple[str, ...]) -> None:
    assert reaction_in(message("👍", *children), 5.0) is None


WHOLE = fallback("urn:xmpp:reactions:0")
BODY = fallback("urn:xmpp:reactions:0", "<body/>")
SPAN = fallback("urn:xmpp:reactions:0", "<body start='0' end='2'/>")


@pytest.mark.parametrize(
    ("body", "children", "text"),
    [
        ("👍", (reactions("x", "👍"), WHOLE), ""),
        ("👍", (reactions("x", "👍"), BODY), ""),
        # Counted in UTF-16, as some do against XEP-0426.
        ("👍", (reactions("x", "👍"), SPAN), ""),
        ("👍 really", (reactions("x", "👍"), SPAN), "really"),
        ("👍", (reactions("x", "👍"),), "👍"),
        ("👍", (WHOLE,), "👍"),
        ("> q\n👍", (reactions("x", "👍"), REPLY, quotation(0, 4), WHOLE), ""),
        ("> q\n👍 ack", (reactions("x", "👍"), REPLY, quotation(0, 4)), "👍 ack"),
        ("> q\nack", (REPLY, fallback("urn:xmpp:reply:0")), "> q\nack"),
        ("> q\nack > r\n!", (REPLY, quotation(0, 4), quotation(8, 12)), "ack !"),
    ],
)  # fmt: skip
def test_what_stands_there_for_others_is_no_text(body: str, children: tuple[str, ...], text: str) -> None:
    assert text_in(message(body, *children)) == text


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])),
    st.lists(st.tuples(st.integers(-2, 9), st.integers(-2, 9))),
)
def test_no_place_of_a_quotation_raises_or_adds(body: str, places: list[tuple[int, int]]) -> None:
    told = text_in(message(body, REPLY, *(quotation(*place) for place in places)))
    assert len(told) <= len(body)
    remaining = iter(body)
    assert all(character in remaining for character in told)


@pytest.mark.parametrize(
    ("child", "answered"),
    [(REPLY, "answered"), ("<reply xmlns='urn:xmpp:reply:0'/>", ""), ("<reply xmlns='other' id='x'/>", "")],
)
def test_what_a_message_answers(child: str, answered: str) -> None:
    assert replied_in(message("text", child)) == answered
