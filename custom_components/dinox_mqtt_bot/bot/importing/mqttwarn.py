"""What `mqttwarn.ini` tells of topics, made into subscriptions and rules."""

from collections.abc import Mapping
from configparser import Error, RawConfigParser
from dataclasses import dataclass
import re

from ..model.message import QoS
from ..model.replies import BotError
from ..model.rules import AlertRule, Condition, Display, Operator, Priority, Subscription, usual_display
from ..model.topics import valid_filter
from .alert_rules import LONGEST_OWN, AlertPrograms
from .outcomes import Outcome, Untaken, qos_of

_SECTION = re.compile(r"\s*(?:[#;][^\n]*\n\s*)*\[[^\[\]\n]+\]\s*(?:\n|\Z)")
_OWN = ("defaults", "cron", "failover", "config:")
_BRACES = re.compile(r"\{([^{}]*)\}")
_FIELD = re.compile(r"[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class Section:
    """A section about a topic: what it is called, and what it says."""

    name: str
    said: dict[str, str]


def is_ini(text: str) -> bool:
    """Say whether a text begins with a section, as no YAML that is taken does."""
    return _SECTION.match(text) is not None


def sections(text: str) -> list[Section]:
    """Return the sections about topics. Raises BotError `import_ini`."""
    parser = RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except (Error, ValueError) as err:
        raise BotError("import_ini") from err
    named = (name for name in parser.sections() if not name.casefold().startswith(_OWN))
    return [Section(name, {key: value.strip() for key, value in parser.items(name)}) for name in named]


def take_section(
    section: Section, known: dict[str, Subscription], made: AlertPrograms, outcome: Outcome
) -> Subscription | AlertRule:
    """Make a rule of a section that words its messages, else a subscription. Raises Untaken."""
    said = section.said
    topic = said.get("topic", section.name).strip("\"'")
    try:
        valid_filter(topic)
    except BotError as err:
        raise Untaken("filter") from err
    if not said.get("targets"):
        raise Untaken("no_target")
    if said.get("filter"):
        return _unjudged(topic, said, known, outcome)
    if said.get("alldata") or said.get("datamap"):
        outcome.change("code_beside")
    qos = qos_of(said.get("qos", "0"), outcome)
    worded = _worded(said["format"].strip("\"'"), outcome) if said.get("format") else None
    if worded is None:
        return _subscription(topic, qos, known)
    text, field = worded
    outcome.kind = "alert"
    # Told each time, as a message: no alert that somebody has to see to.
    rule = AlertRule(topic, Condition(Operator.HAPPENS), field, priority=Priority.NORMAL, text=text)
    return made.keep(rule, outcome)


def _unjudged(
    topic: str, said: Mapping[str, str], known: dict[str, Subscription], outcome: Outcome
) -> Subscription:
    """Follow in silence what a function would judge: there is nobody to say which messages are told."""
    if topic in known:
        raise Untaken("code")
    outcome.change("code_silent")
    return _subscription(topic, qos_of(said.get("qos", "0"), outcome), known, Display.SILENT)


def _subscription(
    topic: str, qos: QoS, known: dict[str, Subscription], display: Display | None = None
) -> Subscription:
    if topic in known:
        raise Untaken("known")
    known[topic] = Subscription(topic, qos, display=display or usual_display(topic))
    return known[topic]


def _worded(said: str, outcome: Outcome) -> tuple[str, str] | None:
    """Return a format as the text of a rule, and the one field of the JSON in it; None for what is code."""
    names = [each.partition(":")[0] for each in _BRACES.findall(said)]
    fields = dict.fromkeys(name for name in names if name not in {"payload", "topic", "name"})
    fits = len(fields) <= 1 and all(map(_FIELD.fullmatch, fields)) and not (fields and "payload" in names)
    if not fits or said.endswith(")") or len(said) > LONGEST_OWN:
        outcome.change("format")
        return None
    (field, *_) = (*fields, "")

    def place(found: re.Match[str]) -> str:
        name = found[1].partition(":")[0]
        return "{%s}" % ("value" if name in {"payload", field} else name)

    return _BRACES.sub(place, said), field
