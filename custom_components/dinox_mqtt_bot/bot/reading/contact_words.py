"""Contacts in what people type: who is named, and what somebody is to get and may do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..model.replies import BotError
from ..model.rules import Contact, Follow, Priority, Scope
from ..text.tongue import lead, meant, phrases, plainly, words as said_for
from ..text.weekly import DAILY, read_weekly
from ..text.words import MAX_QUOTED, NO_WORDS, Word, split_words
from .following import to_follow
from .topic_lookup import Lookups, find_name, looks_like_topic

_MOST_WORDS = 5
"""Words that the name of a contact has at most."""
MOST_CHOSEN = 50
_TO, _AND, _ALL = said_for("rule_to"), said_for("joint"), said_for("all") | said_for("rule_to_all")


def named_contact(contacts: Iterable[Contact], text: str) -> tuple[Contact, str]:
    """Return the contact that a text begins with, and what follows. Raises BotError `unknown_contact`."""
    every = {contact.jid: contact for contact in contacts}
    known, spoken = _called(every.values()), list(split_words(text))
    for count in range(min(_MOST_WORDS, len(spoken)), 0, -1):
        if (jid := known.get(_plain(spoken[:count]))) is not None:
            return every[jid], text[spoken[count - 1].end :].strip()
    called = spoken[0].text if spoken else text
    raise BotError("unknown_contact", contact=called[:MAX_QUOTED])


def to_whom(text: str, contacts: Iterable[Contact]) -> tuple[str, tuple[str, ...] | None]:
    """Return a rule's text without `to anna and bert`, and whom that names; `to all`: nobody in particular.

    None where nobody is named. Raises BotError `unknown_contact` for an address that is no contact's.
    """
    spoken, known = list(split_words(text)), _called(contacts)
    for at, word in enumerate(spoken[:-1]):
        if word.quoted or plainly(word.text) not in _TO:
            continue
        jids, end = _named(spoken, at + 1, known)
        if not jids and plainly(spoken[at + 1].text) in said_for("rule_to_all"):
            end = at + 2
        elif not jids and "@" in spoken[at + 1].text:
            raise BotError("unknown_contact", contact=spoken[at + 1].text[:MAX_QUOTED])
        if end > at + 1:
            return f"{text[: word.start]}{text[spoken[end - 1].end :].lstrip()}".rstrip(), tuple(jids)
    return text, None


def _called(contacts: Iterable[Contact]) -> Mapping[str, str]:
    """Return the addresses by name, address and, where only one has it, what stands before the @."""
    every = tuple(contacts)
    locals_of: dict[str, list[str]] = {}
    for contact in every:
        locals_of.setdefault(plainly(contact.jid.partition("@")[0]), []).append(contact.jid)
    known = {local: jids[0] for local, jids in locals_of.items() if len(jids) == 1}
    known |= {" ".join(plainly(contact.name).split()): contact.jid for contact in every if contact.name}
    return known | {plainly(contact.jid): contact.jid for contact in every}


def _plain(spoken: Iterable[Word]) -> str:
    return " ".join(plainly(word.text) for word in spoken).rstrip(",")


def _named(spoken: Sequence[Word], at: int, known: Mapping[str, str]) -> tuple[list[str], int]:
    """Return the contacts that are named from a word on, and where they end."""
    found: list[str] = []
    while at < len(spoken):
        ends = range(min(len(spoken), at + _MOST_WORDS), at, -1)
        end = next((end for end in ends if _plain(spoken[at:end]) in known), at)
        if end == at:
            break
        found.append(known[_plain(spoken[at:end])])
        at = end
        if at + 1 < len(spoken) and plainly(spoken[at].text) in _AND and _begins(spoken, at + 1, known):
            at += 1
        elif not spoken[at - 1].text.endswith(","):
            break
    return found, at


def _begins(spoken: Sequence[Word], at: int, known: Mapping[str, str]) -> bool:
    return any(_plain(spoken[at:end]) in known for end in range(at + 1, at + _MOST_WORDS + 1))


async def wished(lookups: Lookups, contact: Contact, text: str) -> Contact:
    """Return a contact as a text wants it: `about garden/#, Shed from alert only 7:00-22:00 digest`.

    Raises BotError `contact_wish`, `contact_wish_nothing`, `rule_no_weekly`, and as names are looked up.
    """
    for key, said in _clauses(text):
        if key == "about":
            contact = replace(contact, about=await _chosen(lookups, said))
        elif key == "operates":
            contact = replace(contact, operates=await _chosen(lookups, said))
        elif key == "from":
            contact = replace(contact, least=_priority(said))
        elif key == "only":
            contact = replace(contact, hours=_hours(said))
        else:
            contact = replace(contact, digest=key == "digest")
    return contact


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    """Yield what each clause is about, and what it says."""
    spoken = text.replace(",", " , ").split()
    plain = [plainly(word) for word in spoken]
    at = 0
    while at < len(spoken):
        key, begin = lead("wish", plain, at)
        if not key:
            usual = ", ".join(dict.fromkeys(" ".join(each) for each in phrases("wish")))
            raise BotError("contact_wish", word=spoken[at][:MAX_QUOTED], words=usual)
        at = next((end for end in range(begin, len(spoken)) if lead("wish", plain, end)[0]), len(spoken))
        yield key, " ".join(spoken[begin:at])


async def _chosen(lookups: Lookups, said: str) -> tuple[Follow, ...]:
    """Return topics, devices and areas by their names; none for all or nothing."""
    if plainly(said) in _ALL | NO_WORDS:
        return ()
    found: list[Follow] = []
    for name in said.split(","):
        if name.strip():
            found += await _one(lookups, name.strip())
    if not found or len(found) > MOST_CHOSEN:
        raise BotError("contact_wish_nothing", most=MOST_CHOSEN)
    return tuple(dict.fromkeys(found))


async def _one(lookups: Lookups, name: str) -> tuple[Follow, ...]:
    if not looks_like_topic(name):
        try:
            return to_follow(lookups.readings.devices, name)
        except BotError as err:
            if not err.key.startswith("no_device"):
                raise
    topic = (await find_name(lookups, name)).topic
    return (Follow(Scope.TOPIC, topic, name),)


def _priority(said: str) -> Priority:
    word = meant("choice", said)
    if word not in {"normal", "alert", "critical"}:
        raise BotError("contact_level", word=said[:MAX_QUOTED])
    return Priority[word.upper()]


def _hours(said: str) -> str:
    if plainly(said) in _ALL | said_for("always"):
        return ""
    if (weekly := read_weekly(said)) is None:
        raise BotError("rule_no_weekly", times=said[:MAX_QUOTED])
    return "" if str(weekly) == DAILY else str(weekly)
