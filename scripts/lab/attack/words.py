"""Words, numbers and values that have broken something somewhere."""

import random

_WORDS = (
    *(
        "on",
        "off",
        "ON",
        "OFF",
        "null",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "1e400",
        "true",
        "false",
        "22.5 °C",
        "-17,7",
    ),
    *(
        "1.299,00 EUR",
        "0x10",
        "2026-11-28T00:00:00Z",
        "12:30",
        "{",
        "}",
        "[",
        "]",
        '"',
        "\\",
        "\0",
        "😀",
        "\u202e",
    ),
    *(
        "\ufeff",
        "\x1b[31m",
        "<html>",
        "<!doctype html><title>x",
        "#EXTM3U\nhttp://a/b.m3u8",
        "https://x/a.pls",
    ),
    *(
        "[playlist]\nFile1=http://[::1",
        "http://[x/a.m3u",
        "xmpp:a@b?message;body=/mqtt",
        "/me",
        "/mqtt clear",
    ),
    *(
        "```",
        "> q",
        "*b*",
        "\r\n",
        "\u2028",
        "\x85",
        "'",
        "=cmd|' /C calc'!A0",
        "{{ 7*7 }}",
        "%s%n",
        "{0.__class__}",
    ),
    *(
        "✅ home/a: 1",
        "⚠ x",
        "🔴",
        "👍 you",
        "📌",
        "⏰",
        "• x",
        "“a” is over",
        "clear_notification",
        "TTS",
        "\u200b",
    ),
    *(
        "<b>x</b>",
        "![x](http://evil.test/x.png)",
        "@all",
        "value",
        "state",
        "unit",
        "°C",
        "℃",
        "%",
        "é" * 50,
        "",
    ),
)
_ODD = ((33, 0x250), (0x1F300, 0x1F400), (0x200B, 0x2010), (0x202A, 0x202F), (10, 14), (0xE000, 0xE010))
_RUNS = (
    *(
        "\n",
        " ",
        "\t",
        "a",
        "1",
        "é",
        "\u200b",
        "\u0300",
        "{",
        "[",
        "<",
        ">",
        "*",
        "`",
        "_",
        ".",
        ",",
        ":",
        "/",
        "\\",
        "'",
        '"',
    ),
    *(
        "a ",
        "a:",
        "a\n",
        " \n",
        "1,",
        "1.",
        "{{",
        "://",
        "a.",
        "a/",
        "=",
        "-",
        "“",
        "✅\n",
        "&amp;",
        "\x1b[",
        "1-",
    ),
)
_KEYS = ("value", "unit", "unit_of_measurement", "t", "a.b", "x", "temperature", "state", "", "\ud800", "ts")


class Words:
    """Draws from what is odd."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def word(self) -> str:
        return self._chance.choice(_WORDS)

    def odd_characters(self, number: int) -> str:
        return "".join(chr(self._chance.randrange(*self._chance.choice(_ODD))) for _ in range(number))

    def run(self, most: int) -> str:
        """Return one thing many times, then something else: slow patterns try that again and again."""
        unit = self._chance.choice(_RUNS)
        return unit * (self._chance.randrange(most) // len(unit)) + self._chance.choice(
            ("", "x", ">", "!", "\n")
        )

    def number(self) -> str:
        """Return something that looks like a number."""
        chance = self._chance
        kind = chance.randrange(10)
        if kind == 9:
            # At both ends of what a double holds.
            return chance.choice(("1.7e308", "-1.7e308", "9.9e307", "5e-324", "-5e-324", "1e300", "1e22"))
        if kind == 0:
            return "9" * chance.randint(1, 6000)
        if kind == 1:
            return f"{chance.random()}e{chance.randint(-9999, 9999)}"
        if kind == 2:
            return repr(chance.uniform(-1e300, 1e300))
        if kind == 3:
            return f"{chance.randint(0, 99)},{chance.randint(0, 99)} kWh"
        if kind == 4:
            return chance.choice(
                ("−12.5 °C", "٣٤", "½", "26.6 ℃", "1_000", "1 000", "1'000", "-0", "0x1F", "1e", "²")
            )
        return f"{chance.uniform(-1e3, 1e3):.3f}" if kind < 7 else str(chance.randint(-(10**6), 10**6))

    def value(self, depth: int = 0) -> object:
        """Return something that JSON can hold, surrogates and all."""
        chance = self._chance
        kind = chance.randrange(11 if depth < 4 else 7)
        if kind >= 9:
            return [self.value(depth + 1) for _ in range(chance.randrange(6))]
        if kind >= 7:
            keys = (chance.choice((*_KEYS, self.word())) for _ in range(chance.randrange(5)))
            return {key: self.value(depth + 1) for key in keys}
        if kind == 0:
            return chance.choice((True, False, None, float("nan"), float("inf")))
        if kind == 1:
            return chance.uniform(-1e6, 1e6)
        if kind == 2:
            return chance.randint(-(10**20), 10**20) ** chance.choice((1, 1, 1, 20))
        if kind == 3:
            return self.word()
        if kind == 4:
            return self.number()
        if kind == 5:
            return self.odd_characters(chance.randrange(12))
        return chance.choice(("", " ", "\ud800", "value", "\udfff\ud800"))
