"""Random chat lines: every command with senseless words, and what people type by mistake."""

import random

from custom_components.dinox_mqtt_bot.bot.commands.catalogue import COMMANDS

from .words import Words

_NODES = [name for command in COMMANDS for name in (command.node, *command.aliases)]
_ANSWERS = ("yes", "ja", "no", "nein", "1", "2", "👍", "confirm", "all", "")
_CONDITIONS = (
    *(
        ">",
        "> 5",
        "< -15",
        "==",
        "!= on",
        "between 1 and 5",
        "contains",
        "matches",
        "matches *a*",
        "*" * 60,
        "?" * 60,
    ),
    *(
        "[a-z]*" * 20,
        "changes",
        "stale",
        "stale 10m",
        "stale auto",
        "rises 5 in 10m",
        "for",
        "for 5m",
        "clear -16",
    ),
    *(
        "for 999999999999d",
        "every 1s",
        "every 1h",
        "critical",
        "alert",
        "normal",
        "silent",
        "happens",
        "offline",
    ),
)
_TIMES = (
    *(
        "since 8:00",
        "yesterday",
        "24h",
        "1h",
        "today",
        "2026-02-30",
        "25:99",
        "9999d",
        "since 0",
        "until",
        "last week",
    ),
    *("gestern", "seit 8 Uhr", "1e9", "-1", "0", "9" * 400),
)
_TOPICS = (
    *(
        "home/a",
        "home/b",
        "home/#",
        "#",
        "+",
        "$share/g/home/#",
        "$SYS/#",
        "a//b",
        "\u202e",
        "Icebox",
        "home/a.t",
    ),
    *('"living room/lamp"', '"a b".c', "home/a t >", "[0]", "Warm", "Freezer warm", "999"),
)
_REST = (
    *(
        "off",
        "on",
        "each",
        "digest",
        "live",
        "as",
        'as "x"',
        "--qos",
        "--qos 3",
        "--retain",
        "-r",
        "--",
        "--confirm",
    ),
    *(
        "--confirm=yes",
        "--format csv",
        '"',
        "'",
        "“",
        "„",
        "”",
        "«",
        "{}",
        "{value}",
        '{"a": 1}',
        "user@",
        "user@host",
    ),
    *(
        "@",
        "room@conference.home.test",
        "me@home.test/res",
        "in",
        "out",
        "both",
        "file",
        "full",
        "payload",
        "short",
    ),
    *(
        "nick",
        "--room",
        "--nick x",
        "\n",
        "\t",
        "\u2028",
        "\0",
        "\ufeff",
        "💧",
        "é" * 200,
        "x" * 5000,
        "help",
        "publish",
    ),
    *(
        "-15",
        "−15",
        "22,5 °C",
        "NaN",
        "inf",
        "1/0",
        "=cmd",
        "<b>",
        "/mqtt",
        "/mqtt /mqtt",
        "add",
        "remove",
        "list",
    ),
    *("admin", "operator", "viewer", "note", "don't", "all", "import", "quit"),
)
_WORDS = (_CONDITIONS, _TIMES, _TOPICS, _REST)
_LONGEST = 40_000
_RANGES = ((32, 127), (0xA0, 0x3000), (0x1F300, 0x1F700))


class Lines:
    """The same lines every time for one `chance`."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._words = Words(chance)

    def line(self) -> str:
        chance = self.chance
        drawn = chance.random()
        if drawn < 0.08:
            return chance.choice(_ANSWERS)
        if drawn < 0.13:
            return "".join(self._word() for _ in range(chance.randrange(6)))
        begin = chance.choice(("/mqtt ", "/mqtt ", "/MQTT  ", "mqtt ", "", "/mqtt\n"))
        blank = chance.choice((" ", "  ", "", " \u00a0"))
        words = blank.join(f"{self._word()} " for _ in range(chance.randrange(8)))
        text = f"{begin}{chance.choice(_NODES)} {words}"
        if drawn > 0.97:
            text *= chance.randrange(2, 60)
        return text[:_LONGEST]

    def _word(self) -> str:
        chance = self.chance
        kind = chance.randrange(10)
        if chance.random() < 0.03:
            return self._words.run(_LONGEST)
        if kind < 7:
            return chance.choice(chance.choice(_WORDS))
        if kind == 7:
            return "".join(
                chr(chance.randrange(*chance.choice(_RANGES))) for _ in range(chance.randrange(1, 15))
            )
        return chance.choice(_NODES) if kind == 8 else str(chance.randint(-(10**9), 10**9))
