"""Which programs fill in forms, as their presence says (XEP-0115): some cannot show a table."""

from typing import Any, Final

from ...bot.model.bounded import Bounded

# Gajim 1.7 says "Executing…" for ever then, Psi 1.5 shows an empty box beside the text.
_WITHOUT_TABLES: Final = frozenset({"https://gajim.org", "https://psi-im.org", "http://psi-plus.com"})
_MOST: Final = 200


class FormClients:
    """The clients of contacts that are answered by text alone, by full JID."""

    def __init__(self) -> None:
        self._plain = Bounded[str, str](_MOST)

    def see(self, presence: Any) -> None:
        """Keep what a client says of itself, if anything follows from it."""
        who, program = presence["from"].full, presence["caps"]["node"]
        if program in _WITHOUT_TABLES:
            self._plain.put(who, program)
        else:
            self._plain.pop(who, None)

    def draws_tables(self, who: str) -> bool:
        """Say whether a table may come with a result: all of it is in the text, too."""
        return who not in self._plain
