"""Value templates: those that are a path run without Jinja, all others go to the port."""

from typing import override

from hypothesis import given, strategies as st
import pytest

from bot.discovery.templates import compile_template
from bot.ports import Templates

PAYLOAD = {
    "a": {"b": [10, {"c": "deep"}], "x y": 1},
    "t": 22.456,
    "s": "22.7",
    "n": None,
    "yes": True,
    "words": "on fire",
    "blank": " ",
    "items": 3,
}


class Echo(Templates):
    """Renders every template to the same text."""

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.seen: list[tuple[str, str, object]] = []

    @override
    def render(self, template: str, text: str, json: object) -> str | None:
        self.seen.append((template, text, json))
        return self.text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ value }}", "raw"),
        ("{{value}}", "raw"),
        ("{{- value -}}", "raw"),
        ("{{ value_json.t }}", "22.456"),
        ("{{ value_json.a.b[0] }}", "10"),
        ("{{ value_json.a.b[1].c }}", "deep"),
        ("{{ value_json['a']['x y'] }}", "1"),
        ('{{ value_json["a"].b[ 1 ]["c"] }}', "deep"),
        ("{{ value_json.items }}", "3"),
        ("{{ value_json.yes }}", "true"),
        ("{{ value_json.words }}", "on fire"),
        ("{{ value_json.a.b }}", '[10, {"c": "deep"}]'),
        ("{{ value_json.t | round(1) }}", "22.5"),
        ("{{ value_json.t|float|round(2) }}", "22.46"),
        ("{{ value_json.t | round }}", "22"),
        ("{{ value_json.t | round() }}", "22"),
        ("{{ value_json.t | int }}", "22"),
        ("{{ value_json.s | int }}", "22"),
        ("{{ value_json.s | float }}", "22.7"),
        ("{{ value_json.missing | float(0) }}", "0"),
        ("{{ value_json.words | int(-1) }}", "-1"),
        ("{{ value_json.missing | default('none yet') }}", "none yet"),
        ("{{ value_json.missing | default(1.5) }}", "1.5"),
        ("{{ value_json.missing | default(false) }}", "false"),
        ("{{ value_json.t | default(0) }}", "22.456"),
    ],
)
def test_a_path_is_followed(source: str, text: str) -> None:
    template = compile_template(source)
    assert template.root
    assert template.render("raw", PAYLOAD, None) == text


@pytest.mark.parametrize(
    "source",
    [
        "{{ value_json.missing }}",
        "{{ value_json.t.deeper }}",
        "{{ value_json.a.b[7] }}",
        "{{ value_json.a[0] }}",
        "{{ value_json.n }}",
        "{{ value_json.blank }}",
        "{{ value_json.words | float }}",
        "{{ value_json.a | int }}",
        "{{ value_json.words | round(1) }}",
        "{{ value_json.missing | default(None) }}",
    ],
)
def test_a_path_that_leads_nowhere_gives_no_value(source: str) -> None:
    assert compile_template(source).render("raw", PAYLOAD, Echo("wrong")) is None


@pytest.mark.parametrize("text", ["nan", "inf", "1e400"])
def test_what_is_no_number_does_not_become_one(text: str) -> None:
    assert compile_template("{{ value | float | int }}").render(text, None, None) is None


@pytest.mark.parametrize(
    "source",
    [
        "{{ value_json.t * 10 }}",
        "{{ value.a }}",
        "{{ value_json.t | upper }}",
        "{{ value_json.t | default }}",
        "{{ value_json.t | round('x') }}",
        "{{ value_json.t | round(1.5) }}",
        "{% if value %}on{% endif %}",
        "t={{ value }}",
        "{{ value_json.t | round(1, 'floor') }}",
        "",
    ],
)
def test_everything_else_is_left_to_the_port(source: str) -> None:
    port = Echo(" 7 \n")
    template = compile_template(source)
    assert template.render("raw", PAYLOAD, port) == "7"
    assert port.seen == [(source, "raw", PAYLOAD)]


@pytest.mark.parametrize("port", [None, Echo(None), Echo(""), Echo("  ")])
def test_without_an_answer_of_the_port_there_is_no_value(port: Templates | None) -> None:
    assert compile_template("{{ value_json.t * 10 }}").render("raw", PAYLOAD, port) is None


class Raising(Templates):
    """Fails as no template should."""

    @override
    def render(self, template: str, text: str, json: object) -> str | None:
        raise MemoryError


def test_whatever_a_template_raises_there_is_no_value() -> None:
    assert compile_template("{{ value_json.t * 10 }}").render("raw", PAYLOAD, Raising()) is None


def test_rounding_beyond_the_doubles_gives_no_value() -> None:
    assert compile_template("{{ value_json.v | round(-308) }}").render("", {"v": 1.7e308}, None) is None


@pytest.mark.parametrize("gap", [" |a   " * 30, " |a" + " " * 20_000, "[ " * 5_000])
def test_a_template_is_compiled_in_no_time_whatever_it_is(gap: str) -> None:
    """Time cannot be asserted, but without the possessive quantifiers this test does not end."""
    assert not compile_template(f"{{{{ value{gap}x }}").root


NUMBERS = (
    st.integers()
    | st.sampled_from(
        [10**299, -(10**299), 1.7e308, -1.7e308, 5e-324, "1e308", "-1e-320", "9" * 400, "nan", "1_0"]
    )
    | st.floats(allow_nan=False, allow_infinity=False)
)
FILTERS = st.sampled_from(
    ["float", "int", "int(0)", "float(-1.5)", "round", "round(-308)", "round(999999999)", "round(-999999999)"]
)


@given(st.lists(FILTERS | st.integers(-400, 400).map("round({})".format), max_size=4), NUMBERS)
def test_no_number_is_too_much_for_a_template(filters: list[str], number: object) -> None:
    template = compile_template("{{ " + " | ".join(["value_json.v", *filters]) + " }}")
    assert template.root
    rendered = template._rendered("raw", {"v": number}, None)
    assert rendered is None or rendered


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)


@given(
    st.lists(
        st.sampled_from(
            [".a", "['b']", "[0]", " | float", "| int(1)", "|round(2)", "|default('x')", ".a|", "(", "'"]
        ),
        max_size=5,
    ),
    JSON,
)
def test_any_template_on_any_payload_gives_text_or_nothing(parts: list[str], payload: object) -> None:
    rendered = compile_template(f"{{{{ value_json{''.join(parts)} }}}}").render("raw", payload, None)
    assert rendered is None or rendered


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("{{ value_json.a.b[0] }}", "a.b[0]"),
        ("{{ value_json['x y'] | float }}", "x y"),
        ("{{ value | float }}", ""),
        ("{{ value_json.a + 1 }}", ""),
    ],
)
def test_a_template_that_takes_a_field_says_which(source: str, place: str) -> None:
    assert compile_template(source).place == place
