"""The settings of the DinoX MQTT plugin, recognised wherever they stand in some JSON.

Alerts and bridges are rows, known by their fields; presets, aliases, QoS and priorities are JSON inside of
texts, known by keys with one of several beginnings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
import json
import re

from ..model.replies import BotError

LONGEST = 5_000_000
DEEPEST = 12
MOST = 2_000
type Fields = Mapping[str, object]
_BEGINNING = re.compile(r"\A(?:mqtt_)?(?:sa_)?")
_ALIASES = frozenset({"aliases", "topic_aliases"})
_QOS = frozenset({"topic_qos"})
_PRIORITIES = frozenset({"topic_priorities", "priorities"})
_TOPICS = frozenset({"topics", "subscriptions", "subscribed_topics"})
_ALIAS = ("alias", "name", "label")


@dataclass(slots=True)
class Topic:
    """What is said of one topic or topic filter; `subscribed` where it is among the topics themselves."""

    subscribed: bool = False
    alias: str = ""
    qos: str = ""
    priority: str = ""


@dataclass(slots=True)
class Foreign:
    """All that was recognised; `free_text` are topics for it; `cut`: there was more."""

    topics: dict[str, Topic] = field(default_factory=dict)
    alerts: list[Fields] = field(default_factory=list)
    presets: list[Fields] = field(default_factory=list)
    bridges: list[Fields] = field(default_factory=list)
    free_text: list[str] = field(default_factory=list)
    cut: bool = False
    left: int = MOST

    def topic(self, name: object) -> Topic:
        """Return what is known of a topic, to add to it; what there are too many of is not taken."""
        said = text(name)
        if said not in self.topics and len(self.topics) >= MOST:
            self.cut = True
            return Topic()
        return self.topics.setdefault(said, Topic())


def recognise(given: object) -> Foreign:
    """Return what some JSON, a text or values, holds. Raises BotError `import_unreadable`."""
    if isinstance(given, str):
        try:
            given = json.loads(given[: LONGEST + 1]) if len(given) <= LONGEST else None
        except ValueError, RecursionError:
            given = None
        if given is None:
            raise BotError("import_unreadable")
    known = Foreign()
    _search(known, "", given, 0)
    return known


def text(said: object) -> str:
    """Return a value as text; what is no text, number or truth value is none."""
    if isinstance(said, bool):
        return "true" if said else "false"
    return str(said).strip() if isinstance(said, (str, int, float)) else ""


def first(fields: Fields, *names: str) -> str:
    """Return the first of some fields that says anything."""
    return next((found for name in names if (found := text(fields.get(name)))), "")


def _search(known: Foreign, key: str, said: object, depth: int) -> None:
    if known.left <= 0 or depth > DEEPEST:
        known.cut = True
        return
    known.left -= 1
    said, name = _unpacked(said), _plain(key)
    if isinstance(said, Mapping) and _is_rule(known, _folded(said)):
        return
    if name in _TOPICS:
        _take_topics(known, said)
    elif name in _ALIASES | _QOS | _PRIORITIES:
        _take_map(known, name, said)
    elif name == "freetext_publish_topic" and text(said):
        known.free_text.append(text(said))
    else:
        for inner, value in _inside(said):
            _search(known, inner, value, depth + 1)


def _inside(said: object) -> Iterator[tuple[str, object]]:
    """Yield what a value is made of; a row with a key and a value is what that key says."""
    if isinstance(said, Mapping):
        if {"key", "value"} <= set(said):
            yield text(said["key"]), said["value"]
            return
        yield from ((str(name), value) for name, value in said.items())
    elif isinstance(said, (list, tuple)):
        yield from (("", value) for value in said)


def _is_rule(known: Foreign, fields: Fields) -> bool:
    """Take an alert rule, a bridge or a preset; say whether it was one."""
    if not fields.keys() & {"topic", "topic_filter", "filter"}:
        return False
    if fields.keys() & {"operator", "op"}:
        known.alerts.append(fields)
    elif fields.keys() & {"target_jid", "jid", "target"}:
        known.bridges.append(fields)
    elif {"name", "payload"} <= fields.keys():
        known.presets.append(fields)
    else:
        return False
    return True


def _take_topics(known: Foreign, said: object) -> None:
    """Take the topics: a text with commas, a list of texts or rows, or a map of topics."""
    if isinstance(said, str):
        said = re.split(r"[,\n]", said)
    for name, packed in _inside(said):
        value = _unpacked(packed)
        fields = _folded(value) if isinstance(value, Mapping) else {}
        topic = name or first(fields, "topic", "topic_filter", "filter") or text(value)
        if not topic:
            continue
        wanted = known.topic(topic)
        wanted.subscribed = True
        wanted.alias = wanted.alias or first(fields, *_ALIAS)
        wanted.qos = wanted.qos or first(fields, "qos")
        wanted.priority = wanted.priority or first(fields, "priority")


def _take_map(known: Foreign, name: str, said: object) -> None:
    """Take what is said of each topic: a map, or a list of rows."""
    for topic, value in _inside(said):
        fields = _folded(value) if isinstance(value, Mapping) else {}
        wanted = known.topic(topic or first(fields, "topic", "topic_filter", "filter"))
        if name in _ALIASES:
            wanted.alias = first(fields, *_ALIAS) or text(value)
        elif name in _QOS:
            wanted.qos = first(fields, "qos") or text(value)
        else:
            wanted.priority = first(fields, "priority") or text(value)


def _folded(said: Mapping[object, object]) -> Fields:
    return {str(name).strip().casefold(): value for name, value in said.items()}


def _unpacked(said: object) -> object:
    """Return the value of a text that holds JSON."""
    if not isinstance(said, str) or not said.lstrip().startswith(("{", "[")):
        return said
    try:
        return json.loads(said)
    except ValueError, RecursionError:
        return said


def _plain(key: str) -> str:
    name = key.strip().casefold().replace("-", "_").replace(" ", "_")
    return _BEGINNING.sub("", name).removesuffix("_json")
