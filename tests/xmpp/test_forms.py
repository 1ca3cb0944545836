"""Ad-hoc commands (XEP-0050) on real servers: each action is checked, whoever sends it, whatever it says."""

import dataclasses
import xml.etree.ElementTree as ET

from desk import COMMANDS, DATA, HA, NAMES, Desk, act, form, refused
from people import ALICE, BOT, MALLORY, QUICK, Person, Probed, World, until
import pytest
from slixmpp.exceptions import IqError

from custom_components.dinox_mqtt_bot.bot.model.forms import (
    Button,
    CommandForm,
    FieldKind,
    FieldOption,
    FormField,
    FormStep,
    Sheet,
)
from custom_components.dinox_mqtt_bot.bot.model.notice import Notice
from custom_components.dinox_mqtt_bot.xmpp.forms.sessions import MOST_OF_ONE

BAD = ("modify", "bad-request")
EXPIRED = ("cancel", "not-allowed", "session-expired")


async def served(
    world: World, *, contacts: tuple[str, ...] = (ALICE,), **how: object
) -> tuple[Person, Probed, Desk]:
    desk = Desk(*contacts)
    alice = await world.person("alice")
    return alice, await world.bot(contacts, forms=desk, **how), desk


# What there is.


async def test_a_contact_is_told_of_the_commands_in_their_order(either: World) -> None:
    alice, _, _ = await served(either)
    disco = alice.xmpp.plugin["xep_0030"]
    info = await disco.get_info(jid=HA, timeout=20)
    assert {COMMANDS, DATA} <= set(info["disco_info"]["features"])
    items = await disco.get_items(jid=HA, node=COMMANDS, timeout=20)
    assert [(node, name) for _, node, name in sorted_as_sent(items)] == list(NAMES.items())
    assert {str(jid) for jid, _, _ in sorted_as_sent(items)} == {str(HA)}
    one = await disco.get_info(jid=HA, node="clear", timeout=20)
    assert ("automation", "command-node", None, NAMES["clear"]) in one["disco_info"]["identities"]
    listed = await disco.get_info(jid=HA, node=COMMANDS, timeout=20)
    assert [each[:2] for each in listed["disco_info"]["identities"]] == [("automation", "command-list")]


def sorted_as_sent(items: object) -> list[tuple[str, str, str]]:
    query = items.xml.find("{http://jabber.org/protocol/disco#items}query")  # type: ignore[attr-defined]
    return [(each.get("jid"), each.get("node"), each.get("name")) for each in query]


async def test_the_features_are_in_the_capabilities_of_its_presence(either: World) -> None:
    alice, _, _ = await served(either)
    alice.xmpp.send_presence_subscription(BOT)
    await until(lambda: any(each["from"] == HA and each["caps"]["ver"] for each in alice.presences), "caps")
    caps = next(each["caps"] for each in alice.presences if each["from"] == HA and each["caps"]["ver"])
    told = await alice.xmpp.plugin["xep_0030"].get_info(
        jid=HA, node=f"{caps['node']}#{caps['ver']}", timeout=20
    )
    assert {COMMANDS, DATA} <= set(told["disco_info"]["features"])
    assert alice.xmpp.plugin["xep_0115"].generate_verstring(told["disco_info"], caps["hash"]) == caps["ver"]


async def test_a_stranger_is_told_nothing_and_can_do_nothing(either: World) -> None:
    alice, _, desk = await served(either)
    mallory = await either.person("mallory")
    disco = mallory.xmpp.plugin["xep_0030"]
    for asked in (
        disco.get_items(jid=HA, node=COMMANDS, timeout=20),
        disco.get_info(jid=HA, node="status", timeout=20),
    ):
        with pytest.raises(IqError, match="service-unavailable"):
            await asked
    begun = await act(alice, "paint")
    for session in ({}, {"sessionid": begun.session}):
        for action in ("execute", "complete", "cancel"):
            assert (await refused(mallory, "paint", form(wall="x"), action=action, **session))[
                1
            ] == "service-unavailable"
    assert desk.begun == [(ALICE, "paint")]
    assert desk.sent == []


async def test_who_may_do_less_sees_less(either: World) -> None:
    _, _, desk = await served(either, contacts=(ALICE, MALLORY))
    mallory = await either.person("mallory")
    desk.allowed = {ALICE}
    items = await mallory.xmpp.plugin["xep_0030"].get_items(jid=HA, node=COMMANDS, timeout=20)
    assert sorted_as_sent(items) == []
    assert await refused(mallory, "paint") == ("auth", "forbidden", "")
    with pytest.raises(IqError, match="item-not-found"):
        await mallory.xmpp.plugin["xep_0030"].get_info(jid=HA, node="paint", timeout=20)


# What is shown.


async def test_what_needs_no_form_is_done_and_told_as_a_note_and_a_table(either: World) -> None:
    alice, _, _ = await served(either)
    done = await act(alice, "status", action="execute")
    assert (done.status, done.actions, done.notes) == ("completed", None, [("info", "All is well.")])
    assert done.form is not None
    assert done.form.get("type") == "result"
    columns = [each.get("label") for each in done.form.iterfind(f"{{{DATA}}}reported/{{{DATA}}}field")]
    rows = [
        [cell.findtext(f"{{{DATA}}}value") for cell in row] for row in done.form.iterfind(f"{{{DATA}}}item")
    ]
    assert columns == ["What", "How"]
    assert rows == [["Broker", "there"], ["XMPP", ""]]
    assert await refused(alice, "status", action="execute", sessionid=done.session) == EXPIRED


async def test_a_form_is_shown_with_all_that_a_field_has(either: World) -> None:
    alice, _, _ = await served(either)
    shown = await act(alice, "paint")
    assert (shown.status, shown.actions, shown.execute) == ("executing", ["complete"], "complete")
    assert shown.form is not None
    assert shown.form.get("type") == "form"
    assert shown.form.findtext(f"{{{DATA}}}title") == "Paint"
    lines = [each.text for each in shown.form.iterfind(f"{{{DATA}}}instructions")]
    assert lines == ["Which wall, and how.", "Two lines."]
    fields = shown.fields()
    assert {name: each.get("type") for name, each in fields.items()} == {
        "wall": "text-single",
        "coats": "text-single",
        "dry": "boolean",
        "notes": "text-multi",
        "colour": "list-single",
        "rooms": "list-multi",
    }
    values = {name: [v.text for v in each.iterfind(f"{{{DATA}}}value")] for name, each in fields.items()}
    assert values == {
        "wall": [],
        "coats": ["2"],
        "dry": ["1"],
        "notes": ["a", "b"],
        "colour": ["red"],
        "rooms": ["hall", "bath"],
    }
    assert [each.get("label") for each in fields["colour"].iterfind(f"{{{DATA}}}option")] == [
        "Red <1>",
        "Blue",
    ]
    assert fields["wall"].find(f"{{{DATA}}}required") is not None
    assert fields["wall"].findtext(f"{{{DATA}}}desc") == "Its name"
    rule = fields["coats"].find("{http://jabber.org/protocol/xdata-validate}validate")
    assert rule is not None
    assert rule.get("datatype") == "xs:integer"
    assert rule[0].attrib == {"min": "1", "max": "9"}
    rule = fields["colour"].find("{http://jabber.org/protocol/xdata-validate}validate")
    assert rule is not None
    assert rule[0].tag.endswith("open")


@pytest.mark.parametrize("action", ["complete", "execute", "next", ""])
async def test_what_was_filled_in_comes_by_whatever_action_means_it(either: World, action: str) -> None:
    alice, _, desk = await served(either)
    shown = await act(alice, "paint")
    filled = form(wall="north", rooms=["hall", "attic"], notes=["x", "", "y"])
    how = {"action": action} if action else {}
    done = await act(alice, "paint", filled, sessionid=shown.session, **how)
    assert (done.status, done.notes) == ("completed", [("info", "Painted.\nWell.")])
    assert desk.sent == [(ALICE, {"wall": ("north",), "rooms": ("hall", "attic"), "notes": ("x", "", "y")})]


async def test_a_mistake_is_shown_with_the_form_and_can_be_mended(either: World) -> None:
    alice, _, _ = await served(either)
    shown = await act(alice, "paint")
    again = await act(alice, "paint", form(wall=""), sessionid=shown.session, action="complete")
    assert (again.status, again.notes, again.session) == ("executing", [("error", "No wall.")], shown.session)
    done = await act(alice, "paint", form(wall="east"), sessionid=shown.session, action="complete")
    assert done.status == "completed"


async def test_a_second_step_is_answered_gone_back_from_or_given_up(either: World) -> None:
    alice, _, desk = await served(either)
    first = await act(alice, "clear")
    asked = await act(alice, "clear", form(wall="x"), sessionid=first.session, action="complete")
    assert (asked.status, asked.actions, asked.execute) == ("executing", ["prev", "complete"], "complete")
    back = await act(alice, "clear", sessionid=first.session, action="prev")
    assert (back.status, back.actions) == ("executing", ["complete"])
    assert await refused(alice, "clear", sessionid=first.session, action="prev") == (*BAD, "bad-action")
    await act(alice, "clear", form(wall="x"), sessionid=first.session, action="complete")
    done = await act(alice, "clear", form(yes="1"), sessionid=first.session, action="complete")
    assert (done.status, done.notes) == ("completed", [("info", "Gone.")])
    assert len(desk.sent) == 3


@pytest.mark.parametrize("how", ["cancel", "form"])
async def test_what_is_cancelled_is_over(either: World, how: str) -> None:
    alice, _, desk = await served(either)
    shown = await act(alice, "paint")
    if how == "cancel":
        over = await act(alice, "paint", sessionid=shown.session, action="cancel")
    else:
        over = await act(alice, "paint", form("cancel"), sessionid=shown.session, action="complete")
    assert (over.status, over.session, over.form) == ("canceled", shown.session, None)
    for action in ("complete", "cancel", "execute", "prev"):
        assert (
            await refused(alice, "paint", form(wall="x"), sessionid=shown.session, action=action) == EXPIRED
        )
    assert desk.sent == []


# What is refused: what slixmpp's own plugin got wrong.


async def test_another_client_cannot_go_on_with_a_session(either: World) -> None:
    alice, _, desk = await served(either, contacts=(ALICE, MALLORY))
    mallory, tablet = await either.person("mallory"), await either.person("alice", "tablet")
    shown = await act(alice, "paint")
    for other in (mallory, tablet):
        for action in ("complete", "execute", "prev", "cancel", "next"):
            what = await refused(other, "paint", form(wall="x"), sessionid=shown.session, action=action)
            assert what == (*BAD, "bad-sessionid")
    assert desk.sent == []
    done = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
    assert done.status == "completed"
    assert await refused(mallory, "paint", sessionid=shown.session, action="complete") == (
        *BAD,
        "bad-sessionid",
    )


async def test_an_unknown_session_does_nothing(either: World) -> None:
    alice, _, desk = await served(either)
    for action in ("complete", "cancel", "prev", "next", "execute"):
        what = await refused(alice, "status", form(wall="x"), sessionid="never", action=action)
        assert what == (*BAD, "bad-sessionid")
    for action in ("complete", "cancel", "prev", "next"):
        assert await refused(alice, "status", action=action) == (*BAD, "bad-sessionid")
    assert desk.begun == []


async def test_a_session_is_of_one_command(either: World) -> None:
    alice, _, desk = await served(either)
    shown = await act(alice, "paint")
    for node in ("clear", "status", "nothing", ""):
        what = await refused(alice, node, form(wall="x"), sessionid=shown.session, action="complete")
        assert what == (*BAD, "bad-sessionid")
    assert desk.begun == [(ALICE, "paint")]


async def test_an_action_that_is_none_is_malformed(either: World) -> None:
    alice, _, desk = await served(either)
    for action in ("bogus", "Execute", " execute", "finish"):
        assert await refused(alice, "status", attributes={"action": action}) == (*BAD, "malformed-action")
    assert desk.begun == []


async def test_a_language_that_can_be_none_is_refused_and_any_other_taken(either: World) -> None:
    alice, _, _ = await served(either)
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert await refused(alice, "status", attributes={lang: "no language"}) == (*BAD, "bad-locale")
    assert (await act(alice, "status", attributes={lang: "de-CH-1996"})).status == "completed"


async def test_what_is_no_filled_in_form_is_refused_and_the_session_goes_on(either: World) -> None:
    alice, _, desk = await served(either)
    shown = await act(alice, "paint")
    session = {"sessionid": shown.session, "action": "complete"}
    many = form(**{f"f{number}": [] for number in range(61)})
    for payload in ([], [form("form")], [form("result")], [form(""), form()], [form(), form()], [many]):
        assert await refused(alice, "paint", *payload, **session) == (*BAD, "bad-payload")
    assert desk.sent == []
    assert (await act(alice, "paint", form(wall="x"), **session)).status == "completed"


async def test_a_form_that_is_too_large_ends_nothing(either: World) -> None:
    alice, bot, desk = await served(either)
    shown = await act(alice, "paint")
    huge = form(wall="x", **{f"f{number}": "" for number in range(700)})
    assert (await refused(alice, "paint", huge, sessionid=shown.session))[1] == "service-unavailable"
    assert desk.sent == []
    done = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
    assert done.status == "completed"
    assert bot.sessions == 1


async def test_an_unknown_command_is_not_found(either: World) -> None:
    alice, _, _ = await served(either)
    for node in ("nothing", "", "x" * 2_000):
        assert await refused(alice, node) == ("cancel", "item-not-found", "")


async def test_a_role_that_was_lost_ends_the_session(either: World) -> None:
    alice, _, desk = await served(either)
    shown = await act(alice, "paint")
    desk.allowed = set()
    assert await refused(alice, "paint", form(wall="x"), sessionid=shown.session) == ("auth", "forbidden", "")
    desk.allowed = {ALICE}
    assert await refused(alice, "paint", form(wall="x"), sessionid=shown.session) == EXPIRED


async def test_what_breaks_is_answered_and_over(either: World, caplog: pytest.LogCaptureFixture) -> None:
    alice, _, _ = await served(either)
    shown = await act(alice, "paint")
    what = await refused(alice, "paint", form(wall="explode"), sessionid=shown.session)
    assert what == ("cancel", "internal-server-error", "")
    assert await refused(alice, "paint", form(wall="x"), sessionid=shown.session) == EXPIRED
    assert (await act(alice, "status")).status == "completed"


# How many, and for how long.


async def test_fifty_commands_leave_nothing_behind(either: World) -> None:
    alice, bot, _ = await served(either)
    for _ in range(50):
        await act(alice, "status")
    assert len(bot.link._talk.commands._sessions) == 0


async def test_of_too_many_sessions_the_oldest_goes(either: World) -> None:
    alice, bot, _ = await served(either)
    begun = [(await act(alice, "paint")).session for _ in range(MOST_OF_ONE + 1)]
    assert len(bot.link._talk.commands._sessions) == MOST_OF_ONE
    assert await refused(alice, "paint", form(wall="x"), sessionid=begun[0]) == EXPIRED
    for session in begun[1:]:
        assert (await act(alice, "paint", form(wall="x"), sessionid=session)).status == "completed"


async def test_a_form_that_nobody_goes_on_with_is_forgotten(either: World) -> None:
    alice, bot, desk = await served(either, timing=dataclasses.replace(QUICK, form=0.2))
    shown = await act(alice, "paint")
    await until(lambda: len(bot.link._talk.commands._sessions) == 1)

    async def over() -> bool:
        return (
            await refused(alice, "clear", sessionid="never", action="cancel")
            and len(bot.link._talk.commands._sessions) == 0
        )

    while not await over():
        pass
    assert await refused(alice, "paint", form(wall="x"), sessionid=shown.session) == EXPIRED
    assert desk.sent == []
    # Nothing was sent to the client because of it.
    await alice.synchronise()
    assert [each for each in alice.messages if each["from"] == HA] == []


async def test_one_who_asks_for_more_than_can_be_done_has_to_wait(either: World) -> None:
    alice, _, desk = await served(either)
    waiting = [alice.xmpp.loop.create_task(act(alice, "slow")) for _ in range(MOST_OF_ONE)]
    await until(lambda: desk.thinking == MOST_OF_ONE)
    assert await refused(alice, "slow") == ("wait", "resource-constraint", "")
    desk.thought.set()
    for each in waiting:
        assert (await each).status == "completed"
    assert (await act(alice, "status")).status == "completed"


async def test_a_lost_stream_ends_the_sessions_a_resumed_one_does_not(either: World) -> None:
    alice, bot, desk = await served(either)
    shown = await act(alice, "paint")
    session = bot.link._session
    assert session is not None
    session.xmpp.abort()
    await until(lambda: bot.sessions == 2)
    done = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
    assert done.status == "completed"
    shown = await act(alice, "paint")
    session.management.sm_id = None
    session.xmpp.abort()
    await until(lambda: bot.sessions == 3)
    await until(lambda: bot.link.status.phase.name == "ONLINE")
    assert await refused(alice, "paint", form(wall="x"), sessionid=shown.session) == (*BAD, "bad-sessionid")
    assert len(desk.sent) == 1


async def test_what_takes_longer_than_the_stream_lives_is_answered_to_nobody(either: World) -> None:
    alice, bot, desk = await served(either)
    waiting = alice.xmpp.loop.create_task(act(alice, "slow"))
    await until(lambda: desk.thinking == 1)
    session = bot.link._session
    assert session is not None
    session.management.sm_id = None
    session.xmpp.abort()
    await until(lambda: bot.sessions == 2)
    desk.thought.set()
    assert (await act(alice, "status")).status == "completed"
    waiting.cancel()


# How large.


async def test_whatever_is_shown_fits_into_a_stanza(either: World) -> None:
    alice, bot, desk = await served(either)
    wide = "&" * 80
    desk.result = FormStep("<" * 200_000, sheet=Sheet(("A", "B"), ((wide, wide),) * 5_000))
    shown = await act(alice, "paint")
    done = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
    assert done.status == "completed"
    assert "… [+" in str(done.notes[0][1])
    assert done.form is not None
    assert 0 < len(done.form.findall(f"{{{DATA}}}item")) < 5_000
    options = tuple(FieldOption(wide, f"{number} {'<' * 190}") for number in range(5_000))
    fields = tuple(FormField(f"f{number}", FieldKind.ONE_OF, "F", options=options) for number in range(3))
    desk.result = FormStep("x" * 200_000, CommandForm("T", "i" * 200_000, fields), failed=True)
    shown = await act(alice, "paint")
    again = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
    assert again.status == "executing"
    assert all(each.findall(f"{{{DATA}}}option") for each in again.fields().values())
    assert bot.sessions == 1


async def test_what_xml_cannot_carry_does_not_end_the_stream(either: World) -> None:
    alice, bot, desk = await served(either)
    bad = "a\x00\x0b\x1b\ufffe\ud800z"
    field = FormField("f", FieldKind.ONE_OF, bad, bad, (bad,), (FieldOption(bad, bad),))
    desk.result = FormStep(bad, CommandForm(bad, bad, (field,)), failed=True)
    shown = await act(alice, "paint")
    again = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
    assert again.status == "executing"
    desk.result = FormStep(bad, sheet=Sheet((bad,), ((bad,),)))
    done = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
    assert done.status == "completed"
    assert bot.sessions == 1


# Buttons.


async def test_what_a_message_offers_comes_with_it_and_its_words_stay_whole(either: World) -> None:
    alice = await either.person("alice")
    offers = (Button("I <see> to it", "ack 12", "ack#12"), Button("1 hour", "snooze 12", "snooze#12"))
    plain = Button("Yes", "Yes")
    bot = await either.bot(buttons=lambda notice: {"alert": offers, "asks": (plain,)}.get(notice.text, ()))
    for text in ("alert", "asks", "nothing"):
        bot.say(text)
    await until(lambda: len(alice.bodies) == 3)
    assert alice.bodies == ["alert", "asks", "nothing"]
    alert, asks, nothing = (message.xml for message in alice.messages if message["body"])
    assert responses(alert) == [("ack 12", "I <see> to it"), ("snooze 12", "1 hour")]
    assert items(alert) == [(str(HA), "ack#12", "I <see> to it"), (str(HA), "snooze#12", "1 hour")]
    assert (responses(asks), items(asks)) == ([("Yes", "Yes")], [])
    assert (responses(nothing), items(nothing)) == ([], [])


async def test_a_long_message_with_buttons_fits_and_one_whose_buttons_fail_is_said(
    either: World, caplog: pytest.LogCaptureFixture
) -> None:
    alice = await either.person("alice")
    many = tuple(Button("&" * 60, "<" * 60, f"ack#{number}") for number in range(10))

    def offered(notice: Notice) -> tuple[Button, ...]:
        if notice.text == "fails":
            raise ZeroDivisionError
        return many

    bot = await either.bot(buttons=offered)
    bot.say("x" * 300_000)
    bot.say("fails")
    await until(lambda: len(alice.bodies) == 2)
    assert "… [+" in alice.bodies[0]
    assert alice.bodies[1] == "fails"
    assert len(responses(next(each.xml for each in alice.messages if each["body"]))) == 10
    assert bot.sessions == 1


def responses(message: ET.Element) -> list[tuple[str, str]]:
    found = message.iterfind("{urn:xmpp:tmp:quick-response}response")
    return [(each.get("value", ""), each.get("label", "")) for each in found]


def items(message: ET.Element) -> list[tuple[str, str, str]]:
    found = message.iterfind("{http://jabber.org/protocol/disco#items}query/*")
    return [(each.get("jid", ""), each.get("node", ""), each.get("name", "")) for each in found]
