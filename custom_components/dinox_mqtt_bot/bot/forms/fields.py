"""The fields of a command, made of its parameters; what was filled in, as its raw values."""

from collections.abc import Mapping
from enum import Enum

from ..commands.command import CONFIRM, Command, Parameter, Parts, choices_of, parameters
from ..model.forms import CommandForm, FieldKind, FieldOption, FormField, Values
from ..ports import Phrases
from .choices import OPEN, options_of

NOTHING = "default"
"""What is chosen where nothing is: most clients choose the first option of a list by themselves."""

_TRUE, _FALSE = "1", "0"


def fields_asked(command: type[Command]) -> tuple[Parameter, ...]:
    """Return the parameters that a form has: whether something is meant is asked in a second step."""
    return tuple(
        each
        for each in parameters(command)
        if each.name != CONFIRM and not (each.aside and each.kind is bool)
    )


async def form_fields(
    command: type[Command], parts: Parts, phrases: Phrases, typed: Values
) -> tuple[FormField, ...]:
    """Return the fields of a command, filled with what was typed before or with what is usual."""
    return tuple([await _field(command, each, parts, phrases, typed) for each in fields_asked(command)])


async def _field(
    command: type[Command], parameter: Parameter, parts: Parts, phrases: Phrases, typed: Values
) -> FormField:
    text = f"services.{command.node}.fields.{parameter.name}"
    options = await _options(parameter, parts, phrases)
    values = tuple(typed.get(parameter.name, ())) or _usual(parameter, options)
    number = parameter.kind is int
    return FormField(
        parameter.name,
        _kind(parameter, options),
        phrases.phrase(f"{text}.name"),
        phrases.phrase(f"{text}.description"),
        values,
        options,
        required=parameter.required,
        open=bool(options) and parameter.of in OPEN,
        least=parameter.minimum if number else 0,
        most=parameter.maximum if number else 0,
    )


def _kind(parameter: Parameter, options: tuple[FieldOption, ...]) -> FieldKind:
    if parameter.kind is bool:
        return FieldKind.BOOLEAN
    if options:
        return FieldKind.SOME_OF if parameter.several else FieldKind.ONE_OF
    return FieldKind.LINES if parameter.lines else FieldKind.TEXT


async def _options(parameter: Parameter, parts: Parts, phrases: Phrases) -> tuple[FieldOption, ...]:
    """Return what can be chosen; nothing where there is nothing, which is typed then."""
    found = tuple(FieldOption(phrases.write(each), str(each)) for each in choices_of(parameter))
    if parameter.of is not None:
        found = await options_of(parameter.of, parts, phrases)
    if not found or parameter.required or parameter.several or parameter.default not in {None, ""}:
        return found
    nothing = FieldOption(phrases.phrase("common.form_nothing"), NOTHING)
    return (nothing, *(each for each in found if each.value != NOTHING))


def _usual(parameter: Parameter, options: tuple[FieldOption, ...]) -> tuple[str, ...]:
    """Return what a field says before anybody has typed."""
    default = parameter.default
    if parameter.kind is bool:
        return (_TRUE if default else _FALSE,)
    if isinstance(default, Enum):
        return (str(getattr(default, "word", default.value)),)
    if isinstance(default, int):
        return (str(default),)
    if options and (parameter.several or not parameter.required):
        return (options[0].value,)
    return ()


def values_meant(form: CommandForm, filled: Values) -> Values:
    """Return what was filled in with values for labels: Gajim sends those of a list of several."""
    meant = dict(filled)
    for field in form.fields:
        values = {option.value for option in field.options}
        labelled = {option.label: option.value for option in reversed(field.options)}
        if values and field.name in meant:
            meant[field.name] = [
                each if each in values else labelled.get(each, each) for each in meant[field.name]
            ]
    return meant


def raw_values(command: type[Command], filled: Values) -> Mapping[str, object]:
    """Return what was filled in as `bind` takes it; what no field asks for is nobody's."""
    return {each.name: _raw(each, filled) for each in fields_asked(command)}


def _raw(parameter: Parameter, filled: Values) -> str:
    values = filled.get(parameter.name, ())
    if parameter.lines:
        return "\n".join(values)
    if parameter.several:
        return " ".join(values)
    first = values[0] if values else ""
    return "" if first == NOTHING and parameter.default in {None, ""} else first
