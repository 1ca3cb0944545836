"""Which programs fill in forms, as their presence says (XEP-0115): some cannot show every result."""

from typing import Any, Final

from ...bot.model.bounded import Bounded

_GAJIM: Final = "https://gajim.org"
_PSI: Final = frozenset({"https://psi-im.org", "http://psi-plus.com"})
_MOST: Final = 200
# Of a note: Gajim and Psi do not scroll it, and more leave a small screen.
_MOST_LINES: Final = 16


class FormClients:
    """The clients of contacts that are not answered as others are, by full JID."""

    def __init__(self) -> None:
        self._programs = Bounded[str, str](_MOST)

    def see(self, presence: Any) -> None:
        """Keep what a client says of itself, if anything follows from it."""
        who, program = presence["from"].full, presence["caps"]["node"]
        if program == _GAJIM or program in _PSI:
            self._programs.put(who, program)
        else:
            self._programs.pop(who, None)

    def lines_of_note(self, who: str, *, filled_in: bool) -> int | None:
        """Return how many lines a note may have, where that matters; such a client draws no tables either.

        With a table Gajim 1.7 says “Executing…” for ever, and Psi shows an empty box. Of what comes after a
        form that was filled in Psi+ 1.4 shows no note at all.
        """
        program = self._programs.get(who)
        if program is None:
            return None
        return 0 if filled_in and program in _PSI else _MOST_LINES
