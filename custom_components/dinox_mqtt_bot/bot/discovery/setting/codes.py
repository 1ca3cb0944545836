"""Codes of alarm panels and locks: asked for where one is needed, compared where it is known."""

from collections.abc import Iterator
from dataclasses import dataclass
import re

from ...text.tongue import words

REMOTE = frozenset({"REMOTE_CODE", "REMOTE_CODE_TEXT"})
"""The device itself knows the code: any is passed on."""

_LONGEST = 30
_CODE_WORDS = words("code")
# One kind of letter, some times: only such a pattern is compared, since another could take for ever.
_PATTERN = re.compile(r"\^?(?P<one>\\d|\.|\[[^\]\\^]{1,20}\])(?P<times>[+*]|\{\d{1,2}(?:,\d{0,2})?\})?\$?")


@dataclass(frozen=True, slots=True)
class Code:
    """The code of an entity: `secret` is what it must be, `pattern` how it must look.

    `free` are the words that do without; `told`: it is passed on where there is no other use for it. `never`
    are words that are no code: what else can be wanted of such a thing.
    """

    secret: str = ""
    pattern: str = ""
    free: frozenset[str] = frozenset()
    told: bool = False
    never: frozenset[str] = frozenset()

    def parted(self, said: str) -> Iterator[tuple[str, str]]:
        """Yield what was said as a word and a code behind it, first as one without."""
        yield said, ""
        words = said.split()
        used = self.secret or self.pattern or self.told
        if not used or len(words) < 2 or len(words[-1]) > _LONGEST or words[-1].casefold() in self.never:
            return
        rest = words[:-1]
        while len(rest) > 1 and rest[-1].casefold() in _CODE_WORDS:
            rest.pop()
        yield " ".join(rest), words[-1]

    def refusal(self, word: str, code: str) -> str:
        """Return the key of the error for a code, empty if it will do."""
        if word in self.free or not (self.secret or self.pattern):
            return ""
        if not code:
            return "code_missing" if self.secret or not self._fits("") else ""
        known = self.secret and self.secret not in REMOTE
        right = code == self.secret if known else self._fits(code)
        return "" if right else "code_wrong"

    def _fits(self, code: str) -> bool:
        simple = _PATTERN.fullmatch(self.pattern)
        if simple is None:
            return bool(code)
        return re.fullmatch(f"{simple['one']}{simple['times'] or ''}", code) is not None
