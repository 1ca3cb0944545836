"""What is said after something was made that lasts: another limit, another time, or that it is not wanted."""

from collections.abc import Mapping
from dataclasses import replace
import re

from ..commands.command import Command
from ..commands.waiting import Moved
from ..model.replies import Text
from ..ports import Clock
from ..reading.topic_lookup import FILLERS
from ..text.numbers import number
from ..text.standing import is_pronoun
from ..text.times import parse_moment
from ..text.tongue import words
from .hearing import CommandReader
from .turns import Said, Turn, behind

_NUMBER = re.compile(r"(?<![\w.,:])-?\d+(?:[.,]\d+)?(?![\w:.,])")
_KEPT = frozenset({"alias", "follow", "mute", "rule", "subscribe", "unfollow", "unmute", "unsubscribe"})
"""Commands that change what `undo` takes back, if they are not answered with a list."""
_LIMITS = frozenset({"alert", "once", "rule"})


class AfterMade:
    """Reads a line about the rule, the reminder or the mute that was made just before."""

    def __init__(self, clock: Clock, hearing: CommandReader) -> None:
        self._clock = clock
        self._hearing = hearing

    def meant(self, said: Said, turn: Turn) -> Command | None:
        """Return the command that a line is after such a one; None if it is none."""
        if _takes_back(said):
            return self._taken_back(said, turn) if turn.done else None
        if "reminder" in turn.facts and turn.done:
            return self._moved(said, turn.facts)
        return self._limited(said, turn) if turn.command.node in _LIMITS else None

    def _taken_back(self, said: Said, turn: Turn) -> Command | None:
        facts, node = turn.facts, turn.command.node
        if "reminder" in facts:
            return self._parsed(f"waiting off r{facts['reminder']}")
        if facts.get("once"):
            return self._parsed(f"waiting off {facts['number']}")
        if "operator" in facts and (node != "rule" or said.words[0] in words("follow_forget")):
            return self._parsed(f"rmalert {facts['number']}")
        return self._parsed("undo") if node in _KEPT and isinstance(turn.reply, Text) else None

    def _limited(self, said: Said, turn: Turn) -> Command | None:
        """Return the rule with another limit: changed if there is one already, else asked for anew."""
        limit, facts = behind(said, "follow_make", "before_value").text, turn.facts
        if number(limit) is None or not (said.no or limit != said.text):
            return None
        if "operator" in facts:
            values = facts["values"]
            one = not facts["others"] and isinstance(values, list) and len(values) == 1
            return self._parsed(f"rule {facts['number']} {facts['operator']} {limit}") if one else None
        condition = str(getattr(turn.command, "condition", ""))
        if len(_NUMBER.findall(condition)) != 1:
            return None
        return replace(turn.command, **{"condition": _NUMBER.sub(lambda _: limit, condition)})

    def _moved(self, said: Said, facts: Mapping[str, object]) -> Command | None:
        """Return what keeps a reminder for another time, or for one more."""
        when = behind(said, "follow_make").text
        spelt = next((each for each in (when, f"{when}:00") if self._is_moment(each)), "")
        if not spelt:
            return None
        if said.again or said.joined:
            return self._parsed(f"{'later' if facts['deed'] else 'remind'} {spelt} {facts['text']}")
        made = said.no or when != said.text
        return Moved(number=f"r{facts['reminder']}", when=spelt) if made else None

    def _is_moment(self, text: str) -> bool:
        return bool(parse_moment(text, self._clock.now(), self._clock.local))

    def _parsed(self, line: str) -> Command | None:
        found = self._hearing.parse(line)
        return found if isinstance(found, Command) else None


def _takes_back(said: Said) -> bool:
    """Say whether a line says that something is not wanted after all: `delete that one`, `never mind`."""
    if " ".join(said.words) in words("declined") - words("order_stop"):
        return True
    about = FILLERS | words("follow_one") | words("follow_made")
    behind_it = all(each in about or is_pronoun(each) for each in said.words[1:])
    return said.words[0] in words("follow_forget") and behind_it
