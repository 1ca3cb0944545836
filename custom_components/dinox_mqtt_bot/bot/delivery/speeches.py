"""In which language each is spoken to."""

from collections.abc import Callable, Iterable, Mapping

from ..model.rules import Contact, RuleSet
from ..ports import IN_ROOM, Phrases

type Telling = Callable[[Phrases], str]
"""Puts what is to be told into the words of a language."""


class Speeches:
    """The texts for whoever is told something: the usual ones, or those of a contact's own language."""

    def __init__(self, usual: Phrases, languages: Mapping[str, Phrases]) -> None:
        self._usual = usual
        self._languages = languages
        self._own: dict[str, Phrases] = {}

    def apply(self, rules: RuleSet) -> None:
        """Know the language of each contact, and that in a room commands need something before them."""
        self._own = {each.jid: self._for(each) for each in rules.contacts if each.language or each.room}

    def _for(self, contact: Contact) -> Phrases:
        speech = self.of(contact.language) if contact.language else self._usual
        return speech.addressed(IN_ROOM) if contact.room else speech

    def __call__(self, to: str, language: str = "") -> Phrases:
        """Return the texts of a language, if one is given, else those for a contact, else the usual ones."""
        return self.of(language) if language else self._own.get(to, self._usual)

    def of(self, language: str) -> Phrases:
        """Return the texts of a language, or of that which a kind of it is one of: `de` for `de-AT`."""
        return self._languages.get(language) or self._languages.get(language.partition("-")[0], self._usual)

    def each(self, contacts: Iterable[str], tell: Telling) -> dict[str, str]:
        """Return what some contacts are told: put into words once for each language."""
        told: dict[Phrases, str] = {}
        every = {to: self(to) for to in contacts}
        for phrases in dict.fromkeys(every.values()):
            told[phrases] = tell(phrases)
        return {to: told[phrases] for to, phrases in every.items()}
