"""The words that bridges are typed in, and what makes a bridge a good one."""

from collections import deque
from collections.abc import Collection
from dataclasses import replace
import re

from ..model.jid import bare_jid, domain_of
from ..model.message import QoS
from ..model.replies import BotError
from ..model.rules import Bridge, Direction, Format, Role
from ..model.topics import valid_filter, valid_topic
from ..text import tongue
from ..text.foreign import cut
from ..text.words import NAMED, NO_WORDS, ON, SWITCH, Word, spellings, split_words
from .texts import valid_template

LONGEST_NAME = 100
MOST_PER_MINUTE = 600

FORMATS = {
    **{each.value: each for each in Format},
    "payload_only": Format.PAYLOAD,
    "payload-only": Format.PAYLOAD,
    **{word: Format(sense) for word, sense in tongue.senses("format").items()},
}
DIRECTIONS = {
    **{each.value: each for each in Direction},
    **dict.fromkeys(("->", "→", *tongue.words("bridge_out")), Direction.OUT),
    **dict.fromkeys(("<-", "←", *tongue.words("bridge_in")), Direction.IN),
    **dict.fromkeys(("<->", "↔", *tongue.words("bridge_both")), Direction.BOTH),
}
ROLES = {word: each for each in Role for word in spellings(each.word)}
ARROWS = {Direction.OUT: "→", Direction.IN: "←", Direction.BOTH: "↔"}

_ROOMS = re.compile(r"(?:conferences?|muc|rooms?|groups?)[0-9]*\.")
"""How the domains of most room services begin."""

_TEMPLATE = tongue.words("bridge_template")
_TO = tongue.words("bridge_to")
"""What people say before an address."""
_TRUSTED = tongue.words("bridge_trusted")
_TOPIC = tongue.words("bridge_topic")
_LIMIT = tongue.words("bridge_limit")


def changed_bridge(text: str, bridge: Bridge) -> Bridge:
    """Return a bridge changed by `payload both room nick Bob topic out/x as “name”`.

    `template` takes the rest. Raises BotError `bridge_word`, `bridge_value`, `bridge_number`, `bridge_role`.
    """
    spoken = deque(split_words(text))
    while spoken:
        bridge = _changed(bridge, spoken.popleft(), spoken, text)
    return bridge


def _changed(bridge: Bridge, word: Word, spoken: deque[Word], text: str) -> Bridge:
    said = word.text.casefold()
    if said in FORMATS:
        return replace(bridge, format=FORMATS[said], template="")
    if said in DIRECTIONS:
        return replace(bridge, direction=DIRECTIONS[said])
    if said in SWITCH:
        return replace(bridge, enabled=said in ON)
    if said in _TO and spoken and "@" in spoken[0].text:
        return bridge
    if "@" in word.text:
        return replace(bridge, to=word.text, room=False, trusted=False)
    if said in tongue.words("bridge_room"):
        return replace(bridge, room=True)
    if said == "retain":
        return replace(bridge, retain=_switched(spoken))
    if said in _TRUSTED:
        return replace(bridge, trusted=_switched(spoken))
    if said in _TEMPLATE:
        return replace(bridge, template=_rest(spoken, text))
    return _with_value(bridge, said, word, spoken)


def _with_value(bridge: Bridge, said: str, word: Word, spoken: deque[Word]) -> Bridge:
    """Change what takes a value behind its word."""
    if said in NAMED:
        return replace(bridge, name=_value(word, spoken))
    if said == "nick":
        return replace(bridge, nick=_value(word, spoken))
    if said in _TOPIC:
        return replace(bridge, topic=_value(word, spoken))
    if said == "qos":
        return replace(bridge, qos=QoS(_number(word, spoken, 2)))
    if said in {"role", "rolle"}:
        return replace(bridge, role=_role(_value(word, spoken)))
    if said in _LIMIT:
        if spoken and spoken[0].text.casefold() in NO_WORDS:
            spoken.popleft()
            return replace(bridge, per_minute=0)
        return replace(bridge, per_minute=_number(word, spoken, MOST_PER_MINUTE))
    raise BotError("bridge_word", word=word.text[:60])


def _value(word: Word, spoken: deque[Word]) -> str:
    if not spoken:
        raise BotError("bridge_value", word=word.text)
    return spoken.popleft().text


def _rest(spoken: deque[Word], text: str) -> str:
    """Take the rest of a text, without quotes around all of it; nothing is no template."""
    if not spoken:
        return ""
    rest = text[spoken[0].start :].strip()
    alone = spoken[0].text if spoken[0].quoted and len(spoken) == 1 else rest
    spoken.clear()
    return "" if alone.casefold() in NO_WORDS else alone.replace("\\n", "\n")


def _switched(spoken: deque[Word]) -> bool:
    """Say whether a word that switches something on is not followed by off."""
    if spoken and spoken[0].text.casefold() in SWITCH:
        return spoken.popleft().text.casefold() in ON
    return True


def _number(word: Word, spoken: deque[Word], most: int) -> int:
    value = _value(word, spoken)
    number = int(value) if value.isascii() and value.isdigit() else -1
    if not 0 <= number <= most:
        raise BotError("bridge_number", word=word.text, value=value[:60], maximum=most)
    return number


def _role(word: str) -> Role:
    role = ROLES.get(word.casefold())
    if role is None:
        raise BotError("bridge_role", value=word[:60])
    return role


def checked_bridge(bridge: Bridge, contacts: Collection[str]) -> Bridge:
    """Return a bridge as it is kept; what is no contact must look like a room, or say it is one.

    Raises BotError `invalid_filter`, `invalid_topic`, `invalid_template`, `invalid_jid` or
    `bridge_no_contact`.
    """
    valid_filter(bridge.filter)
    if bridge.topic:
        valid_topic(bridge.topic)
    valid_template(bridge.template)
    to = bare_jid(bridge.to)
    known = to in contacts
    room = bridge.room or (not known and _ROOMS.match(domain_of(to)) is not None)
    if not known and not room:
        raise BotError("bridge_no_contact", jid=to)
    name = cut(" ".join(bridge.name.split()), LONGEST_NAME)
    return replace(
        bridge,
        to=to,
        room=room,
        nick=bridge.nick.strip() if room else "",
        trusted=bridge.trusted and room,
        name=name,
    )
