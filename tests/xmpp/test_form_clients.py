"""What desktop clients send of a form and can show of a result, as Gajim 1.7 and Psi 1.5 were seen to do."""

import copy
import xml.etree.ElementTree as ET

from desk import COMMANDS, DATA, HA, Answer, Desk, act, form
from people import ALICE, Person, World
import pytest

from custom_components.dinox_mqtt_bot.bot.model.forms import (
    CommandForm,
    FieldKind,
    FieldOption,
    FormField,
    FormStep,
)

GAJIM, PSI, PSI_PLUS, DINO = (
    "https://gajim.org",
    "https://psi-im.org",
    "http://psi-plus.com",
    "https://dino.im",
)
CAPS = "http://jabber.org/protocol/caps"
ITEMS = "http://jabber.org/protocol/disco#items"


@pytest.fixture
async def alice(either: World) -> Person:
    return await either.person("alice")


async def is_a(person: Person, program: str) -> None:
    """Show the bot which program a person uses, and wait until it has seen that."""
    shown = person.xmpp.make_presence(pto=HA)
    ET.SubElement(shown.xml, f"{{{CAPS}}}c", hash="sha-1", node=program, ver="q07IKJEyjvHSyhy//CH0CxmKi8w=")
    shown.send()
    await person.xmpp.plugin["xep_0030"].get_info(jid=HA, timeout=20)


def whole(shown: Answer, **values: tuple[str, ...]) -> ET.Element:
    """Return a form as Gajim sends it back: all of it, with the labels, the hints and every option."""
    assert shown.form is not None
    sent = copy.deepcopy(shown.form)
    sent.set("type", "submit")
    for field in sent.iterfind(f"{{{DATA}}}field"):
        if field.get("var") not in values:
            continue
        for value in field.findall(f"{{{DATA}}}value"):
            field.remove(value)
        for text in values[str(field.get("var"))]:
            ET.SubElement(field, f"{{{DATA}}}value").text = text
    return sent


async def test_a_form_that_comes_back_whole_says_what_is_filled_in(either: World, alice: Person) -> None:
    desk = Desk()
    await either.bot((ALICE,), forms=desk)
    shown = await act(alice, "paint", action="execute")
    sent = whole(shown, wall=("north",), dry=("0",), rooms=("Hall", "Attic"), notes=())
    done = await act(alice, "paint", sent, sessionid=shown.session, action="complete")
    assert done.status == "completed"
    assert desk.sent == [
        (
            ALICE,
            {
                "wall": ("north",),
                "coats": ("2",),
                "dry": ("0",),
                "notes": (),
                "colour": ("red",),
                "rooms": ("Hall", "Attic"),
            },
        )
    ]


async def test_the_largest_form_can_come_back_whole(either: World, alice: Person) -> None:
    desk = Desk()
    await either.bot((ALICE,), forms=desk)
    options = tuple(FieldOption(f"{number} {'ü' * 77}", f"{number} {'<' * 190}") for number in range(50))
    lists = tuple(
        FormField(f"f{number}", FieldKind.SOME_OF, "F" * 80, "H" * 200, (options[0].value,), options)
        for number in range(4)
    )
    desk.result = FormStep(form=CommandForm("T", "I" * 500, lists), failed=True)
    shown = await act(alice, "paint")
    large = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
    assert len(ET.tostring(large.xml)) > 16_384
    await act(alice, "paint", whole(large), sessionid=shown.session, action="complete")
    assert desk.sent[-1][1] == {f"f{number}": (options[0].value,) for number in range(4)}


async def test_going_back_and_giving_up_come_without_a_form(either: World, alice: Person) -> None:
    desk = Desk()
    await either.bot((ALICE,), forms=desk)
    shown = await act(alice, "clear", action="execute")
    session = {"sessionid": shown.session}
    sure = await act(alice, "clear", whole(shown, wall=("x",)), action="complete", **session)
    back = await act(alice, "clear", action="prev", **session)
    assert back.fields().keys() == shown.fields().keys()
    sure = await act(alice, "clear", whole(back, wall=("x",)), action="complete", **session)
    done = await act(alice, "clear", whole(sure, yes=("1",)), action="complete", **session)
    assert done.notes == [("info", "Gone.")]
    shown = await act(alice, "clear", action="execute")
    over = await act(alice, "clear", action="cancel", sessionid=shown.session)
    assert over.status == "canceled"


async def test_what_a_list_of_commands_is_behind_can_be_browsed(either: World, alice: Person) -> None:
    await either.bot((ALICE,), forms=Desk())
    disco = alice.xmpp.plugin["xep_0030"]
    info = await disco.get_info(jid=HA, timeout=20)
    assert {ITEMS, COMMANDS} <= set(info["disco_info"]["features"])
    items = await disco.get_items(jid=HA, timeout=20)
    assert items["disco_items"]["items"] == set()


@pytest.mark.parametrize("program", [GAJIM, PSI, PSI_PLUS])
async def test_a_result_has_no_table_where_that_would_hide_it(
    either: World, alice: Person, program: str
) -> None:
    await either.bot((ALICE,), forms=Desk())
    await is_a(alice, program)
    done = await act(alice, "status", action="execute")
    assert (done.status, done.notes, done.form) == ("completed", [("info", "All is well.")], None)
    await is_a(alice, DINO)
    done = await act(alice, "status", action="execute")
    assert done.form is not None


async def test_a_long_text_is_scrolled_where_a_note_would_leave_the_screen(
    either: World, alice: Person
) -> None:
    desk = Desk()
    await either.bot((ALICE,), forms=desk)
    lines = [f"{number} <&> ü" for number in range(48)]
    for program, few, many in ((GAJIM, 16, 17), (DINO, 17, 48)):
        await is_a(alice, program)
        for count in (few, many):
            desk.result = FormStep("\n".join(lines[:count]))
            shown = await act(alice, "paint")
            done = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
            told = [done.notes[0][1]]
            if done.form is not None:
                assert (done.form.get("type"), done.form[0].attrib) == ("result", {"type": "fixed"})
                told.append(done.form[0].findtext(f"{{{DATA}}}value"))
            assert "\n".join(map(str, told)).split("\n") == lines[:count]
            assert len(told) == (2 if program != DINO and count == many else 1)


async def test_psi_gets_what_comes_of_a_form_as_a_form(either: World, alice: Person) -> None:
    await either.bot((ALICE,), forms=Desk())
    for program in (PSI, PSI_PLUS):
        await is_a(alice, program)
        shown = await act(alice, "paint")
        again = await act(alice, "paint", form(wall=""), sessionid=shown.session, action="complete")
        assert (again.notes, again.fields().keys()) == ([("error", "No wall.")], shown.fields().keys())
        done = await act(alice, "paint", form(wall="x"), sessionid=shown.session, action="complete")
        assert done.notes == [("info", "Painted.")]
        assert done.form is not None
        assert done.form.findtext(f"{{{DATA}}}field/{{{DATA}}}value") == "Painted.\nWell."
        over = await act(alice, "paint", sessionid=(await act(alice, "paint")).session, action="cancel")
        assert (over.status, over.form) == ("canceled", None)


async def test_a_form_comes_back_by_the_default_action_and_goes_back_filled_in(
    either: World, alice: Person
) -> None:
    desk = Desk()
    await either.bot((ALICE,), forms=desk)
    shown = await act(alice, "clear")
    session = {"sessionid": shown.session}
    await act(alice, "clear", form(wall="x"), **session)
    back = await act(alice, "clear", form(yes="0"), action="prev", **session)
    assert back.fields().keys() == shown.fields().keys()
    await act(alice, "clear", form(wall="x"), **session)
    done = await act(alice, "clear", form(yes="1"), **session)
    assert done.notes == [("info", "Gone.")]
    assert [filled for _, filled in desk.sent] == [{"wall": ("x",)}, {"wall": ("x",)}, {"yes": ("1",)}]
