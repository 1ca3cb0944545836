"""What contacts write is heard once, while it is fresh."""

from datetime import UTC, datetime, timedelta
import xml.etree.ElementTree as ET

from hypothesis import given, strategies as st
from people import ALICE, BOT, World, until
import pytest
from slixmpp import Message

from custom_components.dinox_mqtt_bot.xmpp import remembered
from custom_components.dinox_mqtt_bot.xmpp.incoming import said_at, text_in
from custom_components.dinox_mqtt_bot.xmpp.remembered import Remembered, Said

HA = f"{BOT}/ha"


async def test_a_contact_is_heard(either: World) -> None:
    alice = await either.person("alice")
    bot = await either.bot()
    key = alice.write(BOT, " /mqtt status\n")
    await until(lambda: bot.texts)
    heard = bot.texts[0]
    assert (heard.jid, heard.text, heard.id, heard.resource) == (ALICE, "/mqtt status", key, "phone")
    assert abs(heard.at - bot.clock.now()) < 30


async def test_case_does_not_matter_in_a_contact(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot(("Alice@Home.TEST",))
    alice.write(BOT, "hello")
    await until(lambda: bot.said == ["hello"])


async def test_a_contact_that_asks_learns_that_it_was_heard(either: World) -> None:
    alice = await either.person("alice")
    bot = await either.bot()
    key = alice.write(BOT, "hello", request_receipt=True, markable={"lang": "en"})
    await until(lambda: bot.said)
    await until(lambda: len([m for m in alice.messages if not m["body"]]) == 2)
    receipt, marker = (m for m in alice.messages if not m["body"])
    assert receipt["receipt"] == key
    assert marker["displayed"]["id"] == key


async def test_who_does_not_ask_gets_no_receipt(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    alice.write(BOT, "hello")
    await until(lambda: bot.said)
    await world.settled(bot)
    await alice.synchronise()
    assert alice.messages == []


async def test_the_same_id_is_heard_once(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    alice.write(BOT, "/mqtt pause", id="same")
    alice.write(BOT, "/mqtt pause", id="same")
    alice.write(BOT, "last")
    await until(lambda: "last" in bot.said)
    assert bot.said == ["/mqtt pause", "last"]


async def test_a_client_that_counts_its_ids_anew_is_heard(world: World) -> None:
    """An id is unique in one stream at most (RFC 6120 §8.1.3); some clients start with the same ones."""
    alice = await world.person("alice")
    bot = await world.bot()
    alice.write(BOT, "/mqtt status", id="ab1a")
    alice.write(BOT, "/mqtt set pump off", id="ab1a")
    alice.write(BOT, "/mqtt status", id="ab1a")
    alice.write(BOT, "last")
    await until(lambda: "last" in bot.said)
    assert bot.said == ["/mqtt status", "/mqtt set pump off", "last"]


def test_the_same_with_the_same_id_is_new_again_after_some_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(remembered, "monotonic", lambda: now[0])
    said = Said()
    assert [said.add(ALICE, "1", "on") for _ in range(2)] == [True, False]
    assert [said.add(*other) for other in ((ALICE, "1", "off"), (ALICE, "2", "on"), (BOT, "1", "on"))] == [
        *[True] * 3
    ]
    assert said.add(ALICE, "", "on")
    assert said.add(ALICE, "", "on")
    now[0] += 299
    assert not said.add(ALICE, "1", "on")
    now[0] += 1
    assert said.add(ALICE, "1", "on")


@pytest.mark.parametrize("ago", [61, 86_400])
async def test_a_late_command_is_not_run(world: World, ago: int) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    alice.write(BOT, "/mqtt publish door open", delay={"stamp": datetime.now(UTC) - timedelta(seconds=ago)})
    alice.write(BOT, "last", delay={"stamp": datetime.now(UTC) - timedelta(seconds=20)})
    await until(lambda: bot.said)
    assert bot.said == ["last"]


async def test_what_was_kept_while_the_bot_was_off_is_judged_by_its_age(either: World) -> None:
    alice = await either.person("alice")
    alice.write(BOT, "while you were away")
    await alice.synchronise()
    bot = await either.bot(wait=False)
    bot.clock.shift = 120
    await bot.online()
    alice.write(BOT, "last")
    await until(lambda: bot.said)
    assert bot.said == ["last"]


async def test_errors_headlines_and_invitations_are_not_heard(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    alice.write(HA, "headline", type="headline")
    alice.write(HA, "group", type="groupchat")
    alice.write(HA, "error", type="error")
    alice.write(BOT, "")
    invitation = alice.xmpp.make_message(mto=BOT, mbody="come in", mtype="chat")
    ET.SubElement(invitation.xml, "{jabber:x:conference}x", jid="room@conference.home.test")
    invitation.send()
    alice.write(BOT, "last")
    await until(lambda: bot.said)
    assert bot.said == ["last"]


async def test_a_forged_carbon_is_not_heard(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    for kind in ("carbon_sent", "carbon_received"):
        inner = alice.xmpp.make_message(mto=BOT, mbody="forged", mtype="chat", mfrom=ALICE)
        outer = alice.xmpp.make_message(mto=HA, mtype="chat")
        outer[kind] = inner
        outer.send()
    alice.write(BOT, "last")
    await until(lambda: bot.said)
    assert bot.said == ["last"]


async def test_a_message_without_id_is_heard_and_not_confirmed(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    request = "<request xmlns='urn:xmpp:receipts'/>"
    alice.send_as_written(f"<message to='{BOT}' type='chat'><body>no id</body>{request}</message>")
    alice.write(BOT, "last")
    await until(lambda: bot.said == ["no id", "last"])
    await world.settled(bot)
    await alice.synchronise()
    assert alice.messages == []


async def test_a_carbon_of_nothing_is_nothing(world: World) -> None:
    bot = await world.bot(("shared@home.test",), user="shared")
    session = bot.link._session
    assert session is not None
    forwarded = "<forwarded xmlns='urn:xmpp:forward:0'/>"
    session.xmpp.data_received(
        f"<message from='shared@home.test'><sent xmlns='urn:xmpp:carbons:2'>{forwarded}</sent></message>"
    )
    assert await session.alive()
    assert bot.texts == []


async def test_a_quoted_notice_is_no_part_of_the_answer(world: World) -> None:
    alice = await world.person("alice")
    bot = await world.bot()
    reply = alice.xmpp.plugin["xep_0461"].make_reply(
        HA, "id", fallback="Door: open\n/mqtt x", mto=BOT, mbody="/mqtt ack"
    )
    reply["type"] = "chat"
    reply.send()
    await until(lambda: bot.said)
    assert bot.said == ["/mqtt ack"]


def message(body: str, *children: str) -> Message:
    xml = ET.fromstring(f"<message xmlns='jabber:client'><body/>{''.join(children)}</message>")
    xml[0].text = body
    return Message(xml=xml)  # type: ignore[no-untyped-call]


REPLY = "<reply xmlns='urn:xmpp:reply:0' id='x'/>"


def quotation(where: str) -> str:
    return f"<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body {where}/></fallback>"


@pytest.mark.parametrize(
    ("body", "children", "text"),
    [
        ("> quote\n> more\nanswer", [REPLY], "answer"),
        ("> no reply", [], "> no reply"),
        ("> only a quote", [REPLY], ""),
        (
            "kept",
            [
                REPLY,
                quotation("start='9' end='99'"),
            ],
            "kept",
        ),
        (
            "abc",
            [
                REPLY,
                quotation("start='x' end='1'"),
            ],
            "bc",
        ),
        ("> a\nb", [REPLY, "<fallback xmlns='urn:xmpp:fallback:0' for='other'/>"], "b"),
    ],
)
def test_quotations_are_stripped(body: str, children: list[str], text: str) -> None:
    assert text_in(message(body, *children)) == text


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026-11-22T10:00:00Z", 1_795_341_600.0),
        ("2026-11-22T11:00:00+01:00", 1_795_341_600.0),
        ("", 0.0),
        ("soon", 0.0),
    ],
)
def test_delay_stamps_are_read(stamp: str, at: float) -> None:
    delay = f"<delay xmlns='urn:xmpp:delay' stamp='{stamp}'/>"
    assert said_at(message("x", delay), 2e9) == at


def test_the_oldest_stamp_counts() -> None:
    delays = [f"<delay xmlns='urn:xmpp:delay' stamp='2026-11-22T1{hour}:00:00Z'/>" for hour in (2, 0, 1)]
    assert said_at(message("x", *delays), 2e9) == 1_795_341_600.0
    assert said_at(message("x"), 5.0) == 5.0


@given(st.text("0123456789-:TZ+."))
def test_no_stamp_raises(stamp: str) -> None:
    assert said_at(message("x", f"<delay xmlns='urn:xmpp:delay' stamp='{stamp}'/>"), 9e9) <= 9e9


@given(st.lists(st.sampled_from("abcdefgh")), st.integers(1, 5))
def test_the_newest_are_remembered(keys: list[str], size: int) -> None:
    remembered = Remembered(size)
    model: list[str] = []
    for key in keys:
        assert remembered.add(key) == (key not in model)
        if key not in model:
            model = [*model, key][-size:]
        assert key in remembered


async def test_what_a_bot_writes_says_so_and_a_person_does_not(either: World) -> None:
    """Also what a bot says in its own words: the other end tells it from a person's."""
    alice = await either.person("alice")
    bot = await either.bot()
    bot.say("/mqtt pause")
    await until(lambda: alice.messages)
    header = alice.messages[-1].xml.find(".//{http://jabber.org/protocol/shim}header[@name='Auto-Submitted']")
    assert header is not None
    assert header.text == "auto-generated"
    alice.write(BOT, "of a person")
    copied = alice.xmpp.make_message(mto=BOT, mbody="of a bot", mtype="chat")
    copied["id"] = "copied"
    copied.xml.extend(child for child in alice.messages[-1].xml if child.tag.endswith("shim}headers"))
    copied.send()
    await until(lambda: len(bot.texts) == 2)
    assert [(each.text, each.automatic) for each in bot.texts] == [("of a person", False), ("of a bot", True)]
