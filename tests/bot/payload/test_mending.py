"""JSON that devices get wrong: what is right in it is read."""

import json
from math import isinf, isnan
import string
from typing import Any

from hypothesis import example, given, strategies as st
import pytest

from bot.model.message import Message
from bot.payload.fields import parse_json
from bot.payload.mending import DEEPEST, LONGEST
from bot.payload.paths import lookup, parse_path
from bot.reading.readings import Readings
from bot.text.numbers import number


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('{"a": nan, "b": 2}', {"a": "nan", "b": 2}),
        ('{"a":-nan,"b":inf,"c":-inf,"d":1.5e3}', {"a": "-nan", "b": "inf", "c": "-inf", "d": 1500.0}),
        (
            '{"a": undefined, "b": NULL, "c": None, "d": True}',
            {"a": "undefined", "b": None, "c": None, "d": True},
        ),
        ('{"a": [nan, 2, undefined], "b": 1}', {"a": ["nan", 2, "undefined"], "b": 1}),
        ("[nan, 2]", ["nan", 2]),
        ("[1, 5 °C, -inf]", [1, "5 °C", "-inf"]),
        (r'{"a": "D:\data\x", "b": "\u12", "c": 1}', {"a": r"D:\data\x", "b": r"\u12", "c": 1}),
        (r'{"a": "\'\n\u00e9\"", "b": nan}', {"a": "'\né\"", "b": "nan"}),
        ('{"a": "x\ty\x01\nz", "b": 2}', {"a": "x\ty\x01\nz", "b": 2}),
        ('{"a": 1,}', {"a": 1}),
        ('{,"a": 1,, "b": 2}', {"a": 1, "b": 2}),
        ("[1, 2,]", [1, 2]),
        ("[1,,2]", [1, None, 2]),
        ('{"a":, "b": 2, "c":}', {"a": None, "b": 2, "c": None}),
        ('{"a": 21,5, "b": 40}', {"a": "21,5", "b": 40}),
        ('{"a": 21.5 °C, "b": 12:30:45}', {"a": "21.5 °C", "b": "12:30:45"}),
        ('{"a": ON, "b": .5, "c": +5, "d": 007}', {"a": "ON", "b": ".5", "c": "+5", "d": "007"}),
        ("{'a': 1, 'b': 'it\\'s', 'c': False}", {"a": 1, "b": "it's", "c": False}),
        ("{a: 1, b_2: high}", {"a": 1, "b_2": "high"}),
        ('{"a": "a 27" screen", "b": 2, }', {"a": 'a 27" screen', "b": 2}),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}),
        ('{"a": 1}}', {"a": 1}),
        ('{"a": 1};\n', {"a": 1}),
        ('{"a": nan, "b": {"c": [1, {"d": nan}]}}', {"a": "nan", "b": {"c": [1, {"d": "nan"}]}}),
        ('{"a": 1, "b": [x, 2]}', {"a": 1, "b": ["x", 2]}),
        (r'"D:\data"', r"D:\data"),
        ('{"a": 1, "b": 45', {"a": 1, "b": "45…"}),
        ('{"a": 1, "b": "kit', {"a": 1, "b": "kit…"}),
        ('{"a": 1, "b": {"c": nan,', {"a": 1, "b": {"c": "nan"}}),
        ('{"a": 1, "b":', {"a": 1}),
        ('{"a": 1, "b"', {"a": 1}),
        ('{"a": 1, "b', {"a": 1}),
        ('{"a": 1,', {"a": 1}),
        ('{"a":1,␂"b":2}', {"a": 1, "b": 2}),
    ],
)
def test_one_bad_value_leaves_the_others_whole(text: str, meant: object) -> None:
    assert parse_json(text) == meant
    with pytest.raises(ValueError, match=r"."):
        json.loads(text, parse_constant=float)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nan",
        "words",
        "{",
        "{broken",
        '{"a": 1',
        '{"a',
        "[1, 2",
        "[",
        "[INFO]",
        "[INFO] started",
        "[12:30] started",
        "[21.5] {",
        "{word}",
        "{word} {0} %s",
        "{0}",
        "{{ value }}",
        '{"a": 1} {"b": 2}',
        '{"a": 1}\n{"a": 2}',
        '{"a": 1]',
        '{"a": [1}',
        '{"a": 1, words, "b": 2}',
        '{"a": 1 2:3, "b" 4}',
        '{"a": {nan}',
        '{"a": 1:2:"x"}',
        '{"a": it\'s}',
        '["a" 1]',
        '["a": 1]',
        '{"a": :}',
        '"a" and "b"',
        '"a',
        f'{{"a": {"w" * 101}}}',
        f'{{"a": nan, "b": "{"x" * LONGEST}"}}',
        '{"a":' * (DEEPEST + 1) + "nan",
    ],
)
def test_what_is_no_json_at_all_stays_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


def test_a_healthy_field_beside_a_broken_one_is_a_number() -> None:
    payload = (
        b'{"Time":"2026-01-05T10:00:00","A":{"Temperature":31.5},"B":{"Temperature":nan,"Humidity":-inf}}'
    )
    reading = Readings().read(Message("tele/attic/SENSOR", payload))
    shown = {field.name: field.text for field in reading.fields}
    assert shown["A.Temperature"] == "31.5"
    assert (shown["B.Temperature"], shown["B.Humidity"]) == ("nan", "-inf")
    healthy, broken = (lookup(reading, parse_path(f"{each}.Temperature")) for each in "AB")
    assert healthy is not None
    assert broken is not None
    assert (healthy.number, broken.number, broken.text) == (31.5, None, "nan")


# Against a slow reading of its own.

_BLANKS = set(" \t\r\n") | {chr(code) for code in range(0x2400, 0x2422)}


class Slow:
    """Reads a text letter by letter, with a call for each level; raises ValueError."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.members = text, 0, 0
        self.root: Any = None

    def peek(self) -> str:
        while self.at < len(self.text) and (self.text[self.at] in _BLANKS or self.text[self.at].isspace()):
            self.at += 1
        return self.text[self.at] if self.at < len(self.text) else ""

    def read(self) -> Any:
        first = self.peek()
        if first == '"':
            return self.lone_string()
        if first not in ("{", "["):
            raise ValueError
        try:
            self.container(0)
        except EOFError:
            if not isinstance(self.root, dict) or not self.members:
                raise ValueError from None
            return self.root
        rest = self.text[self.at :]
        if any(not (each in ",;}]" or each.isspace() or each in _BLANKS) for each in rest):
            raise ValueError
        return self.root

    def lone_string(self) -> str:
        inner, self.at = "", self.at + 1
        while True:
            if self.at >= len(self.text):
                raise ValueError
            letter = self.text[self.at]
            if letter == '"':
                break
            if letter == "\\":
                letter = self.text[self.at : self.at + 2]
                if len(letter) < 2:
                    raise ValueError
            inner += letter
            self.at += len(letter)
        if self.text[self.at + 1 :].strip():
            raise ValueError
        return decoded(inner)

    def container(self, depth: int) -> Any:
        if depth >= DEEPEST:
            raise ValueError
        found: Any = {} if self.text[self.at] == "{" else []
        self.put(found)
        self.at += 1
        while True:
            sign = self.peek()
            if not sign:
                raise EOFError
            if sign in "}]":
                if (sign == "}") is not isinstance(found, dict):
                    raise ValueError
                self.at += 1
                return found
            if sign == ",":
                self.at += 1
                if isinstance(found, list):
                    found.append(None)
                continue
            if isinstance(found, dict):
                key = self.key(sign)
                sign = self.peek()
                if not sign:
                    raise EOFError
                if sign != ":":
                    raise ValueError
                self.at += 1
                sign = self.peek()
                if not sign:
                    raise EOFError
                self.put = lambda value, key=key: found.__setitem__(key, value)
                if sign in "},]":
                    found[key] = None
                else:
                    self.item(sign, depth, named=True)
            else:
                self.put = found.append
                self.item(sign, depth, named=False)
            self.behind()

    def put(self, value: Any) -> None:
        self.root = value

    def behind(self) -> None:
        sign = self.peek()
        if not sign:
            return
        self.members += 1
        if sign == ",":
            self.at += 1
        elif sign not in '}]"':
            raise ValueError

    def key(self, sign: str) -> str:
        if sign in "\"'":
            found = self.string(sign)
            if found is None:
                raise EOFError
            return found
        end = self.at
        while end < len(self.text) and (self.text[end].isalnum() or self.text[end] in "_-$"):
            end += 1
        name = self.text[self.at : end]
        if not name or not (name[0].isalnum() or name[0] == "_") or name[0].isdecimal():
            raise ValueError
        self.at = end
        return name

    def string(self, quote: str) -> str | None:
        at, inner = self.at + 1, ""
        while at < len(self.text):
            letter = self.text[at]
            if letter == "\\":
                if at + 1 >= len(self.text):
                    return self.cut(quote)
                inner += self.text[at : at + 2]
                at += 2
                continue
            if letter == quote:
                behind = at + 1
                while behind < len(self.text) and (
                    self.text[behind].isspace() or self.text[behind] in _BLANKS
                ):
                    behind += 1
                if behind >= len(self.text) or self.text[behind] in ",:}]":
                    self.at = at + 1
                    return decoded(inner)
            inner += letter
            at += 1
        return self.cut(quote)

    def cut(self, quote: str) -> None:
        if quote in self.text[self.at + 1 :]:
            raise ValueError

    def item(self, sign: str, depth: int, *, named: bool) -> None:
        if sign in "{[":
            self.container(depth + 1)
        elif sign in "\"'":
            found = self.string(sign)
            if found is None:
                self.put(self.text[self.at + 1 :] + "…")
                self.at = len(self.text)
            else:
                self.put(found)
        else:
            self.put(self.word(named=named))

    def word(self, *, named: bool) -> Any:
        end = self.at
        if self.text[end] == ":":
            raise ValueError
        while end < len(self.text) and self.text[end] not in "\"',{}[]\r\n":
            end += 1
        word = self.text[self.at : end].rstrip()
        if named and word.removeprefix("-").isascii() and word.removeprefix("-").isdigit():
            behind = end + 1
            while behind < len(self.text) and self.text[behind] in string.digits:
                behind += 1
            rest = self.text[behind:].lstrip()
            glued = self.text[end : end + 1] == "," and self.text[self.at : end] == word
            if glued and behind > end + 1 and rest[:1] in (",", "}") and rest:
                word, end = self.text[self.at : behind], behind
        if len(word) > 100:
            raise ValueError
        self.at = end
        if end == len(self.text):
            return word + "…"
        try:
            value = right_json(word)
        except ValueError:
            value = None
        if value is not None and not isinstance(value, bool) and word[-1:].isdigit():
            return value
        if word.lower() in ("true", "false", "null", "none"):
            return {"true": True, "false": False}.get(word.lower())
        constants = {"nan", "inf", "infinity", "undefined", "ind", "qnan", "snan"}
        if named or isinstance(self.root, dict):
            return word
        if word.lower().lstrip("+-") in constants or number(word) is not None:
            return word
        raise ValueError


def decoded(inner: str) -> str:
    text, at = "", 0
    while at < len(inner):
        part = inner[at : at + 2]
        if inner[at] != "\\":
            text, at = text + inner[at], at + 1
        elif part == "\\'":
            text, at = text + "'", at + 2
        elif part[1:] and part[1] in '"\\/bfnrt':
            text, at = text + json.loads(f'"{part}"'), at + 2
        elif part[1:] == "u" and is_hex(inner[at + 2 : at + 6]):
            both = inner[at : at + 12]
            pair = both[6:8] == "\\u" and is_hex(both[8:12])
            unit = json.loads(f'"{both if pair else both[:6]}"')
            if pair and len(unit) == 1:
                text, at = text + unit, at + 12
            else:
                text, at = text + json.loads(f'"{both[:6]}"'), at + 6
        else:
            text, at = text + "\\", at + 1
    return text


def right_json(text: str) -> Any:
    """Read what is JSON; a number that no float can hold is a text."""
    return json.loads(text, strict=False, parse_constant=str, parse_float=bounded)


def bounded(number: str) -> float | str:
    return number if isinf(float(number)) else float(number)


def is_hex(text: str) -> bool:
    return len(text) == 4 and all(each in string.hexdigits for each in text)


_PIECES = (
    *'{}[],,::""\'\\',
    *("nan", "-inf", "true", "None", "1", "-2.5", "1e3", "01", " ", "\n", "␂", "a", "ON", "°C", "undefined"),
    *('"a":', '"b": ', '"x"', "\\n", "\\x", "\\u00e9", '{"a":1,', '"', "k:", "3,4", "é"),
)


@example("1e30101")
@example('{"a":1e30101,}')
@example('[1e30101, "a" "b"]')
@given(st.lists(st.sampled_from(_PIECES), max_size=24).map("".join))
def test_what_is_mended_is_what_a_slow_reading_finds(text: str) -> None:
    try:
        expected: object = right_json(text)
    except ValueError:
        try:
            expected = Slow(text).read()
        except ValueError:
            expected = ValueError
    try:
        found: object = parse_json(text)
    except ValueError:
        found = ValueError
    assert found == expected


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
        max_leaves=20,
    )
)
def test_what_is_right_is_read_as_ever(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        assert parse_json(text) == json.loads(text)


@given(st.text() | st.text(alphabet="{}[]\",:\\nan1 '").map(lambda text: '{"a":' + text))
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        parsed = parse_json(text)
    except ValueError:
        return
    assert not (isinstance(parsed, float) and isnan(parsed))
