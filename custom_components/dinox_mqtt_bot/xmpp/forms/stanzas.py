"""Forms and results as XML (XEP-0004, XEP-0122), never more than fits into a stanza; and what comes back."""

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any, Final
import xml.etree.ElementTree as ET

from slixmpp.plugins.xep_0004.stanza import Form as FormStanza
from slixmpp.plugins.xep_0050.stanza import Command
from slixmpp.stanza import Iq
from slixmpp.xmlstream import register_stanza_plugin

from ...bot.model.forms import CommandForm, FieldKind, FormField, FormStep, Sheet, Values
from ..text import cut_bytes, wire_bytes, xml_safe

COMMANDS: Final = "http://jabber.org/protocol/commands"
DATA: Final = "jabber:x:data"
VALIDATE: Final = "http://jabber.org/protocol/xdata-validate"

MOST_FIELDS: Final = 60
"""Fields that are read of what a client sends."""
# What the elements around a cell or an option take, and the least that a note is left.
_ELEMENT_BYTES: Final = 96
_LEAST_NOTE: Final = 512

register_stanza_plugin(Iq, Command)


class BadPayload(Exception):
    """What a client sent is no filled in form."""


def filled_in(command: ET.Element) -> Values | None:
    """Return what was filled in; None if the form was sent back empty (XEP-0004: `cancel`).

    Raises BadPayload for no form or several, one of another type, and more fields than any form has.
    """
    forms = command.findall(f"{{{DATA}}}x")
    if len(forms) != 1 or forms[0].get("type") not in {"submit", "cancel"}:
        raise BadPayload
    if forms[0].get("type") == "cancel":
        return None
    fields = forms[0].findall(f"{{{DATA}}}field")
    if len(fields) > MOST_FIELDS:
        raise BadPayload
    values: dict[str, tuple[str, ...]] = {}
    for field in fields:
        texts = (value.text or "" for value in field.iterfind(f"{{{DATA}}}value"))
        values.setdefault(field.get("var", ""), tuple(texts))
    return values


def write_step(iq: Any, session_id: str, node: str, step: FormStep, room: int, *, lines: int | None) -> None:
    """Write what is shown into the answer to a client, of at most about `room` bytes.

    For one that draws no tables, `lines` is how many a note may have: what is longer is in a form as well.
    """
    command = iq["command"]
    command["node"], command["sessionid"] = node, session_id
    command["status"] = "executing" if step.form else "completed"
    if step.form:
        actions = ET.SubElement(command.xml, f"{{{COMMANDS}}}actions", execute="complete")
        if step.first:
            ET.SubElement(actions, f"{{{COMMANDS}}}prev")
        ET.SubElement(actions, f"{{{COMMANDS}}}complete")
    if step.note:
        note = cut_bytes(xml_safe(step.note), max(room // 2, _LEAST_NOTE))
        room -= wire_bytes(note)
        if not (lines is None or step.form) and note.count("\n") >= lines:
            first, _, rest = note.partition("\n")
            command.xml.append(_scrolled(rest if lines else note))
            note = first
        command.add_note(note, "error" if step.failed else "info")
    if step.form:
        command.xml.append(_form(step.form, room).xml)
    elif step.sheet and lines is None:
        command.xml.append(_sheet(step.sheet, room).xml)


def _scrolled(text: str) -> ET.Element:
    written = ET.Element(f"{{{DATA}}}x", type="result")
    field = ET.SubElement(written, f"{{{DATA}}}field", type="fixed")
    ET.SubElement(field, f"{{{DATA}}}value").text = text
    return written


def _form(form: CommandForm, room: int) -> Any:
    written: Any = FormStanza()  # type: ignore[no-untyped-call]
    written["type"] = "form"
    written["title"] = xml_safe(form.title)
    written["instructions"] = cut_bytes(xml_safe(form.instructions), max(room // 4, _LEAST_NOTE))
    room -= room // 4
    lists = sum(bool(field.options) for field in form.fields)
    for field in form.fields:
        _write_field(written, field, room // 2 // max(lists, 1))
    return written


def _write_field(form: Any, field: FormField, room: int) -> None:
    options = _fitting(
        ({"label": xml_safe(o.label), "value": xml_safe(o.value)} for o in field.options), room
    )
    written = form.add_field(
        var=field.name,
        ftype=field.kind.value,
        label=xml_safe(field.label),
        desc=xml_safe(field.hint),
        required=field.required,
        options=options if field.options else None,
    )
    if field.values:
        written["value"] = _values(field)
    if field.open or field.most:
        kind = "xs:integer" if field.most else "xs:string"
        rule = ET.SubElement(written.xml, f"{{{VALIDATE}}}validate", datatype=kind)
        if field.most:
            ET.SubElement(rule, f"{{{VALIDATE}}}range", min=str(field.least), max=str(field.most))
        else:
            ET.SubElement(rule, f"{{{VALIDATE}}}open")


def _values(field: FormField) -> str | list[str]:
    texts = [xml_safe(value) for value in field.values]
    return texts if field.kind in {FieldKind.LINES, FieldKind.SOME_OF} else texts[0]


def _fitting(options: Iterable[dict[str, str]], room: int) -> list[dict[str, str]]:
    fitting: list[dict[str, str]] = []
    for option in options:
        room -= _ELEMENT_BYTES + sum(map(wire_bytes, option.values()))
        if room < 0:
            break
        fitting.append(option)
    return fitting


def _sheet(sheet: Sheet, room: int) -> Any:
    written: Any = FormStanza()  # type: ignore[no-untyped-call]
    written["type"] = "result"
    names = [f"column{number}" for number in range(1, len(sheet.columns) + 1)]
    for name, label in zip(names, sheet.columns, strict=True):
        written.add_reported(name, ftype="text-single", label=xml_safe(label))
    for row in sheet.rows:
        cells = [xml_safe(cell) for cell in row]
        room -= sum(_ELEMENT_BYTES + wire_bytes(cell) for cell in cells)
        if room < 0:
            break
        written.add_item(dict(zip_longest(names, cells[: len(names)], fillvalue="")))
    return written
