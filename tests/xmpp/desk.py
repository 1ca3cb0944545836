"""Commands with forms to fill in, and a client that sends whatever a test wants to see answered."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
import xml.etree.ElementTree as ET

from people import ALICE, Person, full
from slixmpp.exceptions import IqError

from custom_components.dinox_mqtt_bot.bot.model.forms import (
    CommandForm,
    FieldKind,
    FieldOption,
    FormField,
    FormStep,
    Offered,
    Refused,
    Sheet,
    Values,
)

HA = full("bot", "ha")
COMMANDS = "http://jabber.org/protocol/commands"
DATA = "jabber:x:data"
NAMES = {"status": "How it is", "paint": "Paint a wall", "clear": "Delete <all> & more", "slow": "Think"}

PAINT = CommandForm(
    "Paint",
    "Which wall, and how.\nTwo lines.",
    (
        FormField("wall", FieldKind.TEXT, "Wall", "Its name", required=True),
        FormField("coats", FieldKind.TEXT, "Coats", values=("2",), least=1, most=9),
        FormField("dry", FieldKind.BOOLEAN, "Dry", values=("1",)),
        FormField("notes", FieldKind.LINES, "Notes", values=("a", "b")),
        FormField(
            "colour",
            FieldKind.ONE_OF,
            "Colour",
            values=("red",),
            options=(FieldOption("Red <1>", "red"), FieldOption("Blue", "blue")),
            open=True,
        ),
        FormField(
            "rooms",
            FieldKind.SOME_OF,
            "Rooms",
            values=("hall", "bath"),
            options=tuple(FieldOption(each.title(), each) for each in ("hall", "bath", "attic")),
        ),
    ),
)
SURE = CommandForm("Sure?", "All of it goes.", (FormField("yes", FieldKind.BOOLEAN, "Yes", values=("0",)),))


class Desk:
    """`CommandForms` for contacts by name; what each sent is kept."""

    def __init__(self, *allowed: str) -> None:
        self.allowed = set(allowed or (ALICE,))
        self.begun: list[tuple[str, str]] = []
        self.sent: list[tuple[str, Values]] = []
        self.thought = asyncio.Event()
        self.thinking = 0
        self.result = FormStep("Painted.\nWell.")

    def offered(self, jid: str) -> Sequence[Offered]:
        return [Offered(node, name) for node, name in NAMES.items()] if jid in self.allowed else ()

    async def begin(self, jid: str, node: str) -> FormStep | Refused:
        if node not in NAMES:
            return Refused.UNKNOWN
        if jid not in self.allowed:
            return Refused.NOT_ALLOWED
        self.begun.append((jid, node))
        if node == "slow":
            self.thinking += 1
            await self.thought.wait()
        if node == "paint":
            return FormStep(form=PAINT, kept="paint")
        if node == "clear":
            return FormStep(form=PAINT, kept="clear")
        return FormStep("All is well.", sheet=Sheet(("What", "How"), (("Broker", "there"), ("XMPP",))))

    async def submit(self, jid: str, step: FormStep, filled: Values) -> FormStep | Refused:
        if jid not in self.allowed:
            return Refused.NOT_ALLOWED
        self.sent.append((jid, filled))
        if step.form is SURE:
            return FormStep("Gone." if filled.get("yes") == ("1",) else "Kept.")
        if step.kept == "clear":
            return FormStep(form=SURE, kept="sure", first=step)
        wall = filled.get("wall", ("",))
        if wall == ("explode",):
            raise ZeroDivisionError
        return self.result if wall[0] else FormStep("No wall.", PAINT, failed=True, kept="paint")


class Answer:
    """What a client reads of the answer to an action."""

    def __init__(self, xml: ET.Element) -> None:
        command = xml.find(f"{{{COMMANDS}}}command")
        assert command is not None
        self.xml = command
        self.session, self.status = command.get("sessionid", ""), command.get("status")
        self.notes = [(note.get("type"), note.text) for note in command.iterfind(f"{{{COMMANDS}}}note")]
        actions = command.find(f"{{{COMMANDS}}}actions")
        self.actions = None if actions is None else [each.tag.partition("}")[2] for each in actions]
        self.execute = None if actions is None else actions.get("execute")
        self.form = command.find(f"{{{DATA}}}x")

    def fields(self) -> dict[str, ET.Element]:
        assert self.form is not None
        return {each.get("var", ""): each for each in self.form.iterfind(f"{{{DATA}}}field")}


def form(kind: str = "submit", **values: str | Sequence[str]) -> ET.Element:
    """Return a data form with these values."""
    written = ET.Element(f"{{{DATA}}}x", type=kind)
    for name, texts in values.items():
        field = ET.SubElement(written, f"{{{DATA}}}field", var=name)
        for text in [texts] if isinstance(texts, str) else texts:
            ET.SubElement(field, f"{{{DATA}}}value").text = text
    return written


async def act(
    person: Person, node: str, *payload: ET.Element, attributes: Mapping[str, str] | None = None, **more: str
) -> Answer:
    """Send an action of an ad-hoc command, and return the answer. Raises IqError."""
    request: Any = person.xmpp.make_iq_set(ito=HA)
    command = ET.SubElement(
        request.xml, f"{{{COMMANDS}}}command", {"node": node, **more, **(attributes or {})}
    )
    command.extend(payload)
    return Answer((await request.send(timeout=20)).xml)


async def refused(person: Person, node: str, *payload: ET.Element, **more: Any) -> tuple[str, str, str]:
    """Return why an action is refused: type, condition, and condition of XEP-0050."""
    try:
        answer = await act(person, node, *payload, **more)
    except IqError as error:
        found = error.iq.xml.find("{jabber:client}error")
        specific = [each.tag.partition("}")[2] for each in found if each.tag.startswith(f"{{{COMMANDS}}}")]
        return found.get("type", ""), error.condition, "".join(specific)
    raise AssertionError(f"answered: {ET.tostring(answer.xml)!r}")
