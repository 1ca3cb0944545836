"""Topic names and topic filters (MQTT 5 §4.7): what is valid, what matches, which rules apply."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import zip_longest
import re

from ..text import tongue
from .message import QoS
from .replies import BotError
from .rules import Subscription

fold = tongue.fold
"""Return a name as names are compared, of topics too."""

LONGEST = 65_535
"""Bytes of UTF-8 a topic or a filter may have (MQTT 5 §4.7.3)."""

LONGEST_HEARD = 1_024
"""Bytes of UTF-8 of a topic that is heard: what is known of each is kept under its name."""

_KNOWN_TOPICS = 20_000

# Brokers drop the connection over these characters (MQTT 5 §1.5.4 leaves it to them): controls, surrogates,
# noncharacters.
_REFUSED = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_SHARE = "$share/"
SIMILAR = 3

type _Wanted = tuple[int, str, QoS]
"""A filter with its place among all."""


def valid_topic(text: str) -> None:
    """Raise BotError `invalid_topic` unless `text` is a topic name one may publish to."""
    why = _text_fault(text) or ("wildcard" if "+" in text or "#" in text else "")
    if why:
        raise BotError("invalid_topic", topic=text, why=why)


def valid_filter(text: str) -> None:
    """Raise BotError `invalid_filter` unless `text` is a filter, shared or not (MQTT 5 §4.7.1, §4.8.2)."""
    why = _text_fault(text) or _share_fault(text) or _wildcard_fault(shared(text)[1])
    if why:
        raise BotError("invalid_filter", filter=text, why=why)


def is_too_long(topic: str) -> bool:
    """Say whether a topic is longer than any that is kept: nobody names a thing so."""
    # A character has four bytes at most.
    return len(topic) > LONGEST_HEARD // 4 and len(topic.encode(errors="surrogatepass")) > LONGEST_HEARD


def _text_fault(text: str) -> str:
    if not text:
        return "empty"
    if _REFUSED.search(text):
        return "character"
    return "too_long" if len(text.encode()) > LONGEST else ""


def _share_fault(text: str) -> str:
    if not text.startswith(_SHARE):
        return ""
    group, _, rest = text.removeprefix(_SHARE).partition("/")
    return "share" if not group or not rest or "+" in group or "#" in group else ""


def _wildcard_fault(text: str) -> str:
    levels = text.split("/")
    if any("#" in level for level in levels[:-1]) or ("#" in levels[-1] and levels[-1] != "#"):
        return "hash"
    return "plus" if any("+" in level and level != "+" for level in levels) else ""


def is_wild(topic_filter: str) -> bool:
    """Say whether a filter has wildcards."""
    return "+" in topic_filter or "#" in topic_filter


def shared(text: str) -> tuple[str, str]:
    """Split `$share/group/filter` into group and filter; the group is empty for any other filter."""
    if not text.startswith(_SHARE):
        return "", text
    group, slash, rest = text.removeprefix(_SHARE).partition("/")
    return (group, rest) if slash else ("", text)


def matches(topic_filter: str, topic: str) -> bool:
    """Say whether `topic_filter`, its share group left out, matches `topic` (MQTT 5 §4.7)."""
    wanted = shared(topic_filter)[1].split("/")
    levels = topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False  # §4.7.2
    if wanted[-1] == "#":
        wanted.pop()
        return len(levels) >= len(wanted) and _same(wanted, levels)
    return len(levels) == len(wanted) and _same(wanted, levels)


def _same(wanted: list[str], levels: list[str]) -> bool:
    return all(want in ("+", level) for want, level in zip(wanted, levels, strict=False))


def covers(topic_filter: str, other: str) -> bool:
    """Say whether `topic_filter` matches every topic that the filter `other` matches."""
    mine = _levels(topic_filter)
    theirs = _levels(other)
    if theirs[0].startswith("$") and mine[0] in ("+", "#"):
        return False
    if mine[-1] == "#":
        mine.pop()
        if len(theirs) - (theirs[-1] == "#") < len(mine):
            return False
    elif theirs[-1] == "#" or len(mine) != len(theirs):
        return False
    return _same(mine, theirs)


def overlaps(topic_filter: str, other: str) -> bool:
    """Say whether there are topics that two filters both match."""
    levels = (shared(each)[1].split("/") for each in (topic_filter, other))
    for one, another in zip_longest(*levels, fillvalue=""):
        if "#" in {one, another}:
            return True
        if one != another and "+" not in {one, another}:
            return False
    return True


def _levels(topic_filter: str) -> list[str]:
    levels = shared(topic_filter)[1].split("/")
    # Every topic has a first level, so these two match the same topics.
    return ["#"] if levels == ["+", "#"] else levels


class _Node[T]:
    """One level of the trie: `here` holds the filters that end at it, `below` those with `#` next."""

    __slots__ = ("below", "children", "here", "plus")

    def __init__(self) -> None:
        self.children: dict[str, _Node[T]] = {}
        self.plus: _Node[T] | None = None
        self.here: dict[str, T] = {}
        self.below: dict[str, T] = {}

    def child(self, level: str) -> _Node[T] | None:
        return self.plus if level == "+" else self.children.get(level)

    def grow(self, level: str) -> _Node[T]:
        if level != "+":
            return self.children.setdefault(level, _Node())
        if self.plus is None:
            self.plus = _Node()
        return self.plus

    def drop(self, level: str) -> None:
        if level == "+":
            self.plus = None
        else:
            del self.children[level]

    @property
    def bare(self) -> bool:
        return not (self.children or self.plus or self.here or self.below)


ENTITIES = "$ha/"
"""How topics begin on which Home Assistant's own entities speak."""

HOOKS = "$hook/"
"""How topics begin on which incidents are told that came by a webhook: its name is next."""

INNER = (ENTITIES, HOOKS)
"""How topics begin that are inside of Home Assistant: for no filter such as `#`, and for no broker."""


class Filters[T]:
    """What belongs to topic filters, found by topic: one dictionary look-up if asked before."""

    def __init__(self, items: Mapping[str, T] | None = None) -> None:
        self._root = _Node[T]()
        self._found: dict[str, tuple[T, ...]] = {}
        for topic_filter, item in (items or {}).items():
            self.put(topic_filter, item)

    def put(self, topic_filter: str, item: T) -> None:
        """Add `item`, or replace what this very filter had."""
        levels, last = _path(topic_filter)
        node = self._root
        for level in levels:
            node = node.grow(level)
        (node.below if last else node.here)[topic_filter] = item
        self._found.clear()

    def remove(self, topic_filter: str) -> None:
        """Take out what this very filter has, if anything."""
        levels, last = _path(topic_filter)
        path = [self._root]
        for level in levels:
            child = path[-1].child(level)
            if child is None:
                return
            path.append(child)
        (path[-1].below if last else path[-1].here).pop(topic_filter, None)
        while levels and path.pop().bare:
            path[-1].drop(levels.pop())
        self._found.clear()

    def find(self, topic: str) -> tuple[T, ...]:
        """Return all that matches, most specific first: at the first difference name, `+`, `#`.

        Filters that differ only in their share group go in the order of their text, the plain one first.
        """
        found = self._found.get(topic)
        if found is None:
            if is_too_long(topic):
                return tuple(self._walk(topic))
            if len(self._found) >= _KNOWN_TOPICS:
                self._found.clear()
            found = self._found[topic] = tuple(self._walk(topic))
        return found

    def best(self, topic: str) -> T | None:
        found = self.find(topic)
        return found[0] if found else None

    def _walk(self, topic: str) -> Iterator[T]:
        levels = topic.split("/")
        reserved = topic.startswith("$")
        todo: list[tuple[_Node[T], int] | dict[str, T]] = [(self._root, 0)]
        while todo:
            step = todo.pop()
            if isinstance(step, dict):
                yield from _ordered(step)
                continue
            node, depth = step
            if depth == len(levels):
                yield from _ordered(node.here)
                yield from _ordered(node.below)  # `home/#` matches `home` too (§4.7.1.2)
                continue
            if depth or not reserved:  # §4.7.2
                todo.append(node.below)
                if node.plus is not None:
                    todo.append((node.plus, depth + 1))
            if (child := node.children.get(levels[depth])) is not None:
                todo.append((child, depth + 1))


def _path(topic_filter: str) -> tuple[list[str], bool]:
    levels = shared(topic_filter)[1].split("/")
    last = levels[-1] == "#"
    return levels[:-1] if last else levels, last


def _ordered[T](items: dict[str, T]) -> Iterator[T]:
    for key in sorted(items, key=lambda text: (text.startswith(_SHARE), text)):
        yield items[key]


class Subscriptions:
    def __init__(self, subscriptions: Iterable[Subscription] = ()) -> None:
        self._by_filter = {each.filter: each for each in subscriptions}
        self._by_topic = Filters(self._by_filter)
        self._by_alias = {fold(each.alias): each for each in self if each.alias}

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self._by_filter.values())

    def __len__(self) -> int:
        return len(self._by_filter)

    @property
    def aliases(self) -> Collection[str]:
        """The aliases as `fold` writes them."""
        return self._by_alias.keys()

    def best(self, topic: str) -> Subscription | None:
        """Return the most specific subscription a message on `topic` came in by."""
        return self._by_topic.best(topic)

    def get(self, topic_filter: str) -> Subscription | None:
        return self._by_filter.get(topic_filter)

    def resolve(self, name: str) -> str:
        """Return the filter or topic that `name` is the alias of, else `name` itself."""
        aliased = self._by_alias.get(fold(name))
        return aliased.filter if aliased is not None and name not in self._by_filter else name

    def covering(self, topic_filter: str) -> Subscription | None:
        """Return a subscription that takes in everything `topic_filter` does."""
        # Looked up as if it were a topic: what covers a filter is among what matches it.
        found = self._by_topic.find(shared(topic_filter)[1])
        return next((each for each in found if covers(each.filter, topic_filter)), None)

    def similar(self, name: str) -> list[str]:
        """Return filters and aliases that look like `name`, the nearest first."""
        written = {each.filter.casefold(): each.filter for each in self}
        written |= {fold(each.alias): each.alias for each in self if each.alias}
        return [written[near] for near in get_close_matches(fold(name), written, SIMILAR)]

    def wanted(self, discovery: Iterable[str] = (), besides: Iterable[str] = ()) -> Mapping[str, QoS]:
        """Return what the broker is asked for: the filters, those of discovery, and `besides` at QoS 0.

        Not what another covers at the same QoS or better: brokers (Mosquitto 2.1, ejabberd) may deliver a
        message once for each overlapping filter (MQTT 5 §3.3.4).
        """
        # First, so that the retained values that come with the others have their names already.
        filters = dict.fromkeys(discovery, QoS.AT_MOST_ONCE)
        filters |= {each.filter: each.qos for each in self}
        by_topic = Filters({one: (place, one, qos) for place, (one, qos) in enumerate(filters.items())})
        wanted = {
            one: qos
            for place, (one, qos) in enumerate(filters.items())
            if not _redundant((place, one, qos), by_topic)
        }
        # They take the place of nothing: a new subscription must be asked for to bring what is retained.
        last = (len(filters), QoS.AT_MOST_ONCE)
        return wanted | {
            one: last[1]
            for one in besides
            if one not in filters and not _redundant((last[0], one, last[1]), by_topic)
        }


def _redundant(wanted: _Wanted, by_topic: Filters[_Wanted]) -> bool:
    """Say whether another filter brings the same messages; of two that cover each other the first stays.

    A filter is looked up as if it were a topic: what covers it is among what matches it.
    """
    place, topic_filter, qos = wanted
    if shared(topic_filter)[0]:
        return False
    for other_place, other, other_qos in by_topic.find(topic_filter):
        if other == topic_filter or shared(other)[0] or other_qos < qos or not covers(other, topic_filter):
            continue
        if other_place < place or other_qos > qos or not covers(topic_filter, other):
            return True
    return False
