"""What a message says: its text, what it answers, the reactions it brings, its time, or that it is sealed."""

from collections.abc import Iterable, Iterator
from datetime import UTC
import re
from typing import Final

from slixmpp.plugins import xep_0082
from slixmpp.stanza import Message

from ..bot.model.utterance import LONGEST_TEXT, Reaction

_REPLY_FEATURE: Final = "urn:xmpp:reply:0"
REPLY: Final = f"{{{_REPLY_FEATURE}}}reply"
_REACTIONS_FEATURE: Final = "urn:xmpp:reactions:0"
_REACTIONS: Final = f"{{{_REACTIONS_FEATURE}}}reactions"
_REACTION: Final = f"{{{_REACTIONS_FEATURE}}}reaction"
RETRACTION_FEATURE: Final = "urn:xmpp:message-retract:1"
RETRACT: Final = f"{{{RETRACTION_FEATURE}}}retract"
_OOB_URL: Final = "{jabber:x:oob}x/{jabber:x:oob}url"
_LONGEST_ADDRESS: Final = 2_048
"""Characters of the address of a file."""
FALLBACK: Final = "{urn:xmpp:fallback:0}fallback"
_FALLBACK_BODY: Final = "{urn:xmpp:fallback:0}body"
_DELAY: Final = "{urn:xmpp:delay}delay"
_QUOTE: Final = re.compile(r"\A(?:>[^\n]*(?:\n|\Z))+")
# They choose between the picture and the plain character; clients do not agree about when to write them.
_VARIATIONS: Final = str.maketrans("", "", "\ufe0e\ufe0f")

_LONGEST_EMOJI: Final = 64
"""Characters; families and flags are put together of many."""

_CLIENT: Final = "{jabber:client}"
# The beginnings of namespaces in which messages are encrypted, as XEP-0380 (EME) names them too.
_SCHEMES: Final = {
    "eu.siacs.conversations.axolotl": "OMEMO",
    "urn:xmpp:omemo:": "OMEMO",
    "urn:xmpp:openpgp:": "OpenPGP",
    "jabber:x:encrypted": "OpenPGP",
    "urn:xmpp:otr:": "OTR",
}
_OTHER_SCHEME: Final = "E2EE"
_EME: Final = re.compile(r"\{urn:xmpp:eme:[^}]*\}encryption")
# OMEMO; XEP-0027; XEP-0373; XEP-0200; RFC 3923. What is called so elsewhere is no better to read.
_SEALED: Final = re.compile(
    r"\{.*\}encrypted|\{jabber:x:encrypted\}x|\{urn:xmpp:openpgp:.*\}openpgp"
    r"|\{http://www\.xmpp\.org/extensions/xep-0200\.html#ns\}c|\{urn:ietf:params:xml:ns:xmpp-e2e\}e2e"
)
_SEALED_BODIES: Final = {"?OTR": "OTR", "-----BEGIN PGP MESSAGE": "OpenPGP"}
# What no person wrote says so by a header of RFC 3834 (XEP-0131).
SHIM: Final = "{http://jabber.org/protocol/shim}"
AUTOMATIC: Final = "Auto-Submitted"

# What says something without words, which then stand there only for clients that do not know it.
_WORDLESS: Final = {_REACTIONS_FEATURE: _REACTIONS, RETRACTION_FEATURE: RETRACT}

type _Span = tuple[int, int]


def encryption_in(message: Message) -> str:
    """Return how a message is encrypted end to end, which nobody here can read; empty if it is not.

    Its body, if it has one, is nobody's words: clients write there that they have sent something encrypted.
    """
    for child in message.xml:
        if _EME.fullmatch(child.tag):
            return _scheme(child.get("namespace", ""))
        if _SEALED.fullmatch(child.tag):
            return _scheme(child.tag[1:].partition("}")[0])
    bodies = [(body.text or "").lstrip() for body in message.xml.iterfind(f"{_CLIENT}body")]
    bodies.append(text_in(message))
    found = (name for start, name in _SEALED_BODIES.items() for body in bodies if body.startswith(start))
    return next(found, "")


def _scheme(namespace: str) -> str:
    names = (name for start, name in _SCHEMES.items() if namespace.startswith(start))
    return next(names, _OTHER_SCHEME)


def text_in(message: Message) -> str:
    """Return the body without fallbacks (XEP-0428): quotation (XEP-0461), reaction, retraction in words."""
    body = str(message["body"])
    spans: list[_Span] = []
    quoted = message.xml.find(REPLY) is not None
    if quoted and (quotations := list(_fallbacks(message, _REPLY_FEATURE))):
        spans += (span for span in quotations if _fits(span, body))
        quoted = False
    for feature, element in _WORDLESS.items():
        if message.xml.find(element) is not None:
            # Without a place that makes sense all of it is meant; a reply, in contrast, says something.
            whole = (0, len(body))
            spans += (span if _fits(span, body) else whole for span in _fallbacks(message, feature))
    text = _without(body, spans)[: LONGEST_TEXT + 1]  # whoever reads it sees that there was more
    return (_QUOTE.sub("", text) if quoted else text).strip()


def replied_in(message: Message) -> str:
    """Return the id of the message that this one answers (XEP-0461), or an empty string."""
    reply = message.xml.find(REPLY)
    return "" if reply is None else reply.get("id", "")


def file_in(message: Message) -> str:
    """Return the address of the file that a message brings (XEP-0066), or an empty string."""
    address = (message.xml.findtext(_OOB_URL) or "").strip()
    return address if len(address) <= _LONGEST_ADDRESS else ""


def reaction_in(message: Message, at: float) -> Reaction | None:
    """Return the reaction (XEP-0444) of a message that names what it is put to.

    Emojis come in order, once each, without variation selectors (`❤`, not `❤️`); skin tones stay.
    """
    reactions = message.xml.find(_REACTIONS)
    if reactions is None or not (to := reactions.get("id", "")):
        return None
    texts = ((child.text or "")[:_LONGEST_EMOJI] for child in reactions.iterfind(_REACTION))
    emojis = dict.fromkeys(text.strip().translate(_VARIATIONS) for text in texts)
    emojis.pop("", None)
    return Reaction(message["from"].bare, to, tuple(emojis), at)


def is_automatic(message: Message) -> bool:
    """Say whether a bot says that it wrote this."""
    headers = message.xml.iterfind(f"{SHIM}headers/{SHIM}header")
    return any(each.get("name") == AUTOMATIC and (each.text or "").strip() != "no" for each in headers)


def said_at(message: Message, now: float) -> float:
    """Return when it was said: the oldest delay stamp (XEP-0203), or now."""
    times = [now]
    for delay in message.xml.iterfind(_DELAY):
        try:
            stamp = xep_0082.parse(delay.get("stamp", ""))
            times.append((stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp())
        except ValueError, OverflowError, AttributeError:
            # Delayed by who knows how much: too old.
            times.append(0.0)
    return min(times)


def _fallbacks(message: Message, feature: str) -> Iterator[_Span]:
    """Return spans of the body that stand for a feature: first character, one after; (0, 0) if untold."""
    for fallback in message.xml.iterfind(FALLBACK):
        if fallback.get("for") == feature:
            for part in fallback.findall(_FALLBACK_BODY) or [fallback]:
                yield _number(part.get("start")), _number(part.get("end"))


def _number(text: str | None) -> int:
    try:
        return int(text or "")
    except ValueError:
        return 0


def _fits(span: _Span, body: str) -> bool:
    return 0 <= span[0] < span[1] <= len(body)


def _without(body: str, spans: Iterable[_Span]) -> str:
    kept, place = [], 0
    for start, end in sorted(spans):
        kept.append(body[place:start])
        place = max(place, end)
    return "".join(kept) + body[place:]
