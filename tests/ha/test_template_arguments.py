"""Arguments of all that a template may call: what is let in makes no more of a payload than was reckoned."""

from collections.abc import Iterable, Iterator
from datetime import datetime
import inspect
from itertools import product
import json

from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import TemplateEnvironment
from jinja2 import Environment
import pytest

from custom_components.dinox_mqtt_bot.bot.payload.fields import parse_json
from custom_components.dinox_mqtt_bot.hass.template_arguments import TooMuch
from custom_components.dinox_mqtt_bot.hass.template_costs import Costs
from custom_components.dinox_mqtt_bot.hass.template_safety import longest_payload
from custom_components.dinox_mqtt_bot.hass.templates import SandboxedTemplates

PARSER = Environment(extensions=["jinja2.ext.do"], autoescape=True)
ON = ("value", "value_json", "[value, value_json]")
GIVEN = ("value", "value_json", "3")
PAYLOADS = [
    json.dumps([1] * 200, separators=(",", ":")),
    json.dumps(["&<'ß\U000e0001"] * 40, ensure_ascii=False),
    json.dumps({"a": "&\"'ŉ" * 50, "b": 2}, ensure_ascii=False),
    json.dumps({"a": ["a", {"a": 1}] * 30, "d": ["attribute", "d"]}),
    json.dumps("😀&" * 100, ensure_ascii=False),
    "7" * 300,
    "-1e3",
]
METHODS = sorted(
    {name for kind in (str, dict, list, int, float, datetime) for name in dir(kind) if name[0] != "_"}
)


def arguments(names: Iterable[str], form: str) -> Iterator[str]:
    """Yield calls: with nothing, by place, by each keyword, spread, and each of these in itself."""
    shapes = ["", "{x}", "{x}, {x}", "*{x}", "**{x}", "*[{x}, {x}]", "**{{'d': {x}}}"]
    shapes += [f"{more}{name}={{x}}" for name in names for more in ("", "3, ")]
    for shape, on, given in product(shapes, ON, GIVEN):
        once = form.format(on=on, call=shape.format(x=given))
        yield f"{{{{ {once} }}}}"
        yield f"{{{{ {form.format(on=on, call=shape.format(x=once))} }}}}"


def keywords(function: object) -> set[str]:
    """Return what a filter or test can be given by name, and what its kind is often given."""
    try:
        named = set(inspect.signature(function).parameters)  # type: ignore[arg-type]
    except TypeError, ValueError:
        named = set()
    return {*named, "d", "attribute", "default", "value", "sep"} - {"self", "args", "kwargs"}


def breaches(hass: HomeAssistant, templates: Iterable[str]) -> list[str]:
    """Return the templates that are run, and write more than was reckoned."""
    sandbox, found = SandboxedTemplates(hass), []
    for source in templates:
        if not longest_payload(source):
            continue
        parsed = PARSER.parse(source)
        for text in PAYLOADS:
            written = len(sandbox.render(source, text, _json(text)) or "")
            try:
                most = Costs(len(text)).output(parsed)
            except TooMuch:
                most = 0
            if written > most:
                found.append(f"{source}: {written} instead of {most}")
                break
    return found


def _json(text: str) -> object:
    try:
        return parse_json(text)
    except ValueError:
        return None


def accepted(names: Iterable[str], form: str) -> list[str]:
    """Return the names of which anything is run at all."""
    return sorted(
        name
        for name in names
        if any(
            longest_payload(f"{{{{ {form.format(on=on, name=name, call=call)} }}}}")
            for on in ("value", "1")
            for call in ("", "'a'", "1", "'a', 'b'")
        )
    )


async def test_filters_make_no_more_than_was_reckoned(hass: HomeAssistant) -> None:
    known = TemplateEnvironment(hass, limited=True).filters
    names = accepted(known, "{on}|{name}({call})")
    assert {"join", "replace", "to_json", "iif", "bitwise_or"} <= set(names)
    for name in names:
        templates = arguments(sorted(keywords(known[name])), f"({{on}}|{name}({{call}}))")
        assert breaches(hass, templates) == []


async def test_tests_make_no_more_than_was_reckoned(hass: HomeAssistant) -> None:
    known = TemplateEnvironment(hass, limited=True).tests
    names = [name for name in accepted(known, "{on} is {name}({call})") if name.isidentifier()]
    assert {"sameas", "in", "even"} <= set(names)
    for name in names:
        templates = arguments(sorted(keywords(known[name])), f"({{on}} is {name}({{call}}))")
        assert breaches(hass, templates) == []


async def test_functions_make_no_more_than_was_reckoned(hass: HomeAssistant) -> None:
    known = TemplateEnvironment(hass, limited=True).globals
    names = accepted(known, "{name}({on}, {call})")
    assert {"float", "iif"} <= set(names)
    for name in names:
        templates = arguments(sorted(keywords(known[name])), f"{name}({{on}}, {{call}})")
        assert breaches(hass, templates) == []


async def test_methods_make_no_more_than_was_reckoned(hass: HomeAssistant) -> None:
    names = accepted(METHODS, "{on}.{name}({call})")
    assert {"split", "get", "items", "isoformat"} <= set(names)
    for name in names:
        templates = arguments(("sep", "maxsplit", "default", "chars"), f"{{on}}.{name}({{call}})")
        assert breaches(hass, templates) == []


@pytest.mark.parametrize(
    "template",
    [
        "{{ {'strip': value.center}.strip(90000000) | length }}",
        "{{ {'strip': lipsum}.strip(9) | length }}",
        "{{ {'strip': value.format}.strip('{:90000000}') | length }}",
        "{{ {'get': value.center, 'strip': value.ljust}.strip(90000000) | length }}",
        "{% set ns = namespace(a={'split': value.zfill}) %}{{ ns.a.split(90000000) | length }}",
        "{% set float = value.center %}{{ float(90000000) | length }}",
        "{% set int = lipsum %}{{ int(9) | length }}",
        "{% set a, iif = value, value.center %}{{ iif(90000000) | length }}",
        "{% set namespace = value.center %}{% set ns = namespace(90000000) %}made",
        "{{ value.center }}",
    ],
)
async def test_nothing_is_called_by_the_name_of_another(hass: HomeAssistant, template: str) -> None:
    assert not SandboxedTemplates(hass).render(template, "{}", {})


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("{{ (value_json.a | tojson) + value_json.b }}", '"\\u003c"&\''),
        ("{{ value_json.b + (value_json.a | tojson) }}", '&\'"\\u003c"'),
        ("{{ value_json.b.upper() + value_json.items() | list | length | string }}", "&'2"),
        ("{{ '' | iif }}", "False"),
    ],
)
async def test_texts_are_put_together_as_they_are(hass: HomeAssistant, template: str, written: str) -> None:
    json_value = {"a": "<", "b": "&'"}
    assert SandboxedTemplates(hass).render(template, json.dumps(json_value), json_value) == written
