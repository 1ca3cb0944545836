"""Templates as nobody writes them, made at random of all that discovery templates may be made of."""

from collections.abc import Callable, Iterator
import json
from random import Random

LENGTH = 16_384

_UNARY = [
    *("({}|upper)", "({}|lower)", "({}|title)", "({}|capitalize)", "({}|trim)", "({}|string)", "({}|list)"),
    *("({}|first)", "({}|last)", "({}|min)", "({}|max)", "({}|float(0))", "({}|int(0))", "({}|int(0, 16))"),
    *("({}|int(0, 36))", "({}|round(2, 'common', 0))", "({}|abs)", "({}|length)", "({}|bool(0))"),
    *("({}|is_number)", "({}|as_timestamp(0))", "({}|as_datetime(0))", "({}|from_json(0))", "({}|to_json)"),
    *(
        "({}|to_json(ensure_ascii=true))",
        "({}|tojson)",
        "({}|join(', '))",
        "({}|join)",
        "({}|multiply(3, 0))",
    ),
    *("({}|replace('a', 'bbbbbbb'))", "({}|replace('', '-'))", "({}|replace('aa', ''))", "({}|default('x'))"),
    *("({}|iif('a', 'b'))", "({}).split('a')", "({}).split()", "({}).strip()", "({}).lstrip('a')"),
    *("({}).title()", "({}).upper()", "({}).items()", "({}).keys()", "({}).values()", "({}).get('a', value)"),
    *("({})[::-1]", "({})[1:]", "({})[0]", "({}).a", "(-({}))", "(not {})", "({} is number)", "({} is even)"),
    *("({} * 3600)", "({} * 0.5)", "({} / 3)", "({} % 7)", "({} // 2)", "({} == 'on')", "('a' in {})"),
]
_BINARY = [
    *("({} ~ {})", "({} + {})", "({} - {})", "({} * {})", "(({}|int(0)) * ({}|int(0)))", "({} == {})"),
    *("({} in {})", "({} < {})", "({} or {})", "({} and {})", "[{}, {}]", "({}|max({}))", "[{}, {}]|max"),
    *("{{'a': {}, 'b': {}}}", "{{'a': {}, 'b': {}}}['b']", "({}|default({}))", "({}|bitwise_or({}))"),
    *(
        "({}|iif({}))",
        "({}|add({}, 0))",
        "({}|multiply({}, 0))",
        "({}|log({}, 0))",
        "({} ** {})",
        "({} // {})",
    ),
]


class Shapes:
    """Templates from one seed."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._names: list[str] = []

    def template(self) -> str:
        """Return a template: some variables, each of the ones before it, and what is written in the end."""
        self._names = []
        parts = [self._statement(number) for number in range(self._chance.choice((0, 0, 1, 2, 4, 8)))]
        parts += [f"{{{{ {self._expression()} }}}}" for _ in range(self._chance.choice((1, 1, 2, 5)))]
        return "".join(parts * self._chance.choice((1, 1, 1, 3, 10)))

    def _statement(self, number: int) -> str:
        name = self._chance.choice([f"v{number}", "v0", "value", "value_json"])
        written = f"{{% set {name} = {self._expression()} %}}"
        self._names.append(name)
        return written if self._chance.random() < 0.8 else f"{{% if {self._leaf()} %}}{written}{{% endif %}}"

    def _leaf(self) -> str:
        known = [
            *self._names,
            *self._names,
            "value",
            "value_json",
            "value_json.a",
            "value_json[0]",
            "7",
            "'aé'",
        ]
        return self._chance.choice(known)

    def _expression(self, depth: int = 0) -> str:
        roll = self._chance.random()
        if depth > 6 or roll < 0.2:
            return self._leaf()
        if roll < 0.75:
            return self._chance.choice(_UNARY).format(self._expression(depth + 1))
        form = self._chance.choice(_BINARY)
        return form.format(self._expression(depth + 1), self._expression(depth + 1))


def payloads(length: int = LENGTH) -> Iterator[tuple[str, str]]:
    """Yield the texts that are slow for one thing or another, each with a name."""
    for name, part in _PARTS.items():
        text = (part * length)[:length]
        yield name, text
        yield f"{name} in a string", json.dumps({"a": text}, ensure_ascii=False)[: length - 2] + '"}'
    for name, items in _ITEMS.items():
        every = items(length)
        yield name, f"[{every}]"
        yield f"{name} in an object", f'{{"a":[{every[: every.rindex(",")]}]}}'


_PARTS = {
    "letters": "a",
    "digits": "9",
    "sharp s": "ß",
    "n with apostrophe": "ŉ",
    "three of one": "ΐ",
    "unprintable": "\U000e0001",
    "faces": "😀",
    "blanks": " ",
    "words": " a",
    "quotes": '"',
    "less than": "<",
    "brackets": "[],",
    "percent": "%99d",
}


def _many(item: str) -> Callable[[int], str]:
    return lambda length: ",".join([item] * ((length - 8) // (len(item) + 1)))


_ITEMS = {
    "numbers": _many("1"),
    "large numbers": _many("1e15"),
    "largest numbers": _many("1e300"),
    "long numbers": _many("9" * 300),
    "lists": _many("[]"),
    "deep lists": _many("[[[[[[[[]]]]]]]]"),
    "objects": _many('{"a":1}'),
    "strings": _many('"\U000e0001"'),
}
