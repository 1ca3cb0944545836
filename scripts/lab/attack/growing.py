"""Random templates: those of real devices, and those that make much out of little."""

from itertools import pairwise
import random

_SIMPLE = (
    *(
        "{{ value_json.t }}",
        "{{ value }}",
        "{{ value_json.a.b | float(0) }}",
        "{{ value_json['x'] | round(2) }}",
    ),
    *(
        "{{ value_json[0] }}",
        "{{ value_json.t | int }}",
        "{{ value | upper }}",
        "{{ value_json | tojson }}",
        "{{",
    ),
    *(
        "{{ value_json.value | default(none) }}",
        "{{ value_json.x | bool }}",
        " {% if %}",
        "{{ value_json.t | is_defined }}",
    ),
    *(
        "{{ value_json.t.u.v.w[3]['q'] | float | round(9) | string | trim }}",
        "{{ value|" + "float|" * 60 + "int }}",
    ),
    *(
        "{{ 'ON' if value_json.t > 3 else 'OFF' }}",
        "{% for x in value %}{{ x }}{% endfor %}",
        "{{ value_json.t * 1.8 + 32 }}",
    ),
)
# Each makes more of what it is given: a text, a list, or a number with more digits.
_OPERATIONS = (
    *(
        "{x} ~ {x}",
        "{x} + {x}",
        "({x}|int) * ({x}|int)",
        "({x}|abs) * ({x}|abs)",
        "-(-({x}|int)) * {x}",
        "{x} * 400",
    ),
    *(
        "{x}|replace('a', '{long}')",
        "{x}|replace('', '{long}')",
        "{x}|string|replace('9', '{long}')",
        "{x}|join('{long}')",
    ),
    *(
        "{x}|list|join('{long}')",
        "[{x}, {x}, {x}, {x}]",
        "[{x}, {x}, {x}]|to_json",
        "{x}|to_json|to_json",
        "{x}|string * 99",
    ),
    *(
        "{x}|multiply({x})",
        "{x}|add({x})",
        "({x}|int) ** 9",
        "({x}|int) // 3 * ({x}|int)",
        "{x}.split('a')|join('{long}')",
    ),
    *(
        "{x}[::-1]|upper|lower|title",
        "'%s%s%s' | format({x}, {x}, {x})",
        "{x}|center(99999)",
        "{x}|indent(200)",
        "{x}|list",
    ),
    *(
        "{x}|round(300)",
        "({x}|float(0)) * ({x}|float(0))",
        "{x}|wordwrap(1)",
        "{x}|urlencode",
        "{x}|escape",
        "{x}|tojson",
    ),
    *(
        "{x} if {x} else {x} ~ {x}",
        "({x}|int) * {x}",
        "{x}|length * {x}",
        "{x}|int * {x}|int",
        "{x}|regex_replace('a', '{long}')",
    ),
    *(
        "{x}|sum(start={x})",
        "{x}|map('string')|join('{long}')",
        "{x}|slice(99)|list",
        "{x}|batch(1)|list|string",
        "({x}, {x})",
    ),
    *(
        "{x}|base64_encode",
        "({x}|int) - -({x}|int) * ({x}|int)",
        "{x}|bitwise_or({x})",
        "{x}|default({x} ~ {x}, true)",
    ),
)


class Templates:
    """Draws templates."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def simple(self) -> str:
        return self._chance.choice(_SIMPLE)

    def one(self) -> str:
        """Return operations on their own results: each drawn anew, or one again and again."""
        chance = self._chance
        first = chance.choice(("value", "value_json", "value_json.n", "value_json.s", "value_json.l"))
        again = chance.choice(_OPERATIONS) if chance.random() < 0.5 else ""
        names = [first, *(f"v{number}" for number in range(chance.choice((1, 2, 4, 8, 20))))]
        steps = "".join(
            "{% set " + then + " = " + self._operation(again, name) + " %}" for name, then in pairwise(names)
        )
        last = names[-1]
        return steps + chance.choice(
            ("{{ X }}", "{{ X > 1 }}", "{{ X|length }}", "{{ (X|string)[:9] }}")
        ).replace("X", last)

    def _operation(self, again: str, name: str) -> str:
        long = "b" * self._chance.choice((2, 60, 900, 3900))
        return (again or self._chance.choice(_OPERATIONS)).replace("{x}", name).replace("{long}", long)
