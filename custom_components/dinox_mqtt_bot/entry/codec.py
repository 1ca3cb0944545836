"""How rules are kept as subentries: what stands in their data, what they are called, which are the same."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry, ConfigSubentryData

from ..bot.model.message import QoS
from ..bot.model.replies import BotError
from ..bot.model.rules import AlertRule, Bridge, Contact, Preset, Subscription
from ..bot.model.topics import fold
from ..const import CONF_NUMBER

type Data = Mapping[str, Any]


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class KeptField:
    """How one value of a rule is kept; `words` are all that there are, if it is one of a few."""

    read: Callable[[Any], Any] = _same
    write: Callable[[Any], Any] = _same
    words: tuple[str, ...] = ()


KEPT_TEXT = KeptField()
KEPT_FLAG = KeptField(bool)
WHOLE = KeptField(int)
SECONDS = KeptField(float)
KEPT_DAYS = KeptField(float, int)
KEPT_TEXTS = KeptField(tuple, list)
QOS = KeptField(lambda word: QoS(int(word)), lambda qos: str(int(qos)), tuple(str(int(qos)) for qos in QoS))


def word(members: type[Enum]) -> KeptField:
    """Return the field of a value that is one of a few, kept by its name."""
    return KeptField(
        lambda name: members[name.upper()],
        lambda member: member.name.lower(),
        tuple(member.name.lower() for member in members),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec[R: Subscription | Contact | AlertRule | Bridge | Preset]:
    """The rules of one kind, as subentries of one type. A field's key in the data is its name in the rule."""

    subentry_type: str
    rule: type[R]
    fields: Mapping[str, KeptField]
    name: Callable[[R], str]
    unique_id: Callable[[R], str | None]

    def read(self, data: Data, **given: Any) -> R:
        """Read the data of a subentry; what it leaves out is as usual."""
        found = {name: field.read(data[name]) for name, field in self.fields.items() if name in data}
        return self.rule(**found, **given)

    def data(self, rule: R) -> dict[str, Any]:
        """Return what the data of the rule's subentry holds."""
        return {name: field.write(getattr(rule, name)) for name, field in self.fields.items()}

    def usual(self, name: str) -> Any:
        """Return what the data says of a field that nobody chose."""
        return self.fields[name].write(self.rule.__dataclass_fields__[name].default)

    def write(self, rule: R) -> ConfigSubentryData:
        """Write a rule as a subentry, whose own its id is."""
        return ConfigSubentryData(
            subentry_type=self.subentry_type,
            unique_id=self.unique_id(rule),
            title=self.name(rule),
            data=self.data(rule),
        )

    def of(self, subentry: ConfigSubentry) -> R:
        """Return the rule that a subentry keeps."""
        return self.read(subentry.data)

    def name_of(self, subentry: ConfigSubentry) -> str:
        """Return what a rule is called that a subentry keeps; its title tells more."""
        return self.name(self.of(subentry))

    def every(self, subentries: Iterable[ConfigSubentry]) -> tuple[R, ...]:
        """Return the rules of this kind among all subentries."""
        return tuple(self.of(each) for each in subentries if each.subentry_type == self.subentry_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedCodec[R: AlertRule | Bridge | Preset](Codec[R]):
    """Rules that have an id, a number and a name; `missing` and `taken` say what is wrong with one."""

    missing: Callable[[R], BotError]
    taken: Callable[[R], BotError]

    @override
    def of(self, subentry: ConfigSubentry) -> R:
        return self.read(subentry.data, id=subentry.subentry_id)

    def kept(self, entry: ConfigEntry[Any], rule: R) -> ConfigSubentry:
        """Return the subentry that a rule was read from. Raises `missing` if it was removed meanwhile."""
        known = entry.subentries.get(rule.id)
        if known is None:
            raise self.missing(rule)
        return known

    def refuse_taken(self, entry: ConfigEntry[Any], rule: R, known: ConfigSubentry | None) -> None:
        """Raise `taken` if a rule other than the `known` one is called so."""
        others = (each for each in entry.get_subentries_of_type(self.subentry_type) if each is not known)
        unique_id = self.unique_id(rule)
        if unique_id is not None and any(each.unique_id == unique_id for each in others):
            raise self.taken(rule)

    def numbered(self, entry: ConfigEntry[Any], rule: R, known: ConfigSubentry | None) -> R:
        """Return a rule with its number: of the `known` one, else its own or the one after the highest."""
        if known is not None:
            return replace(rule, number=int(known.data.get(CONF_NUMBER, 0)))
        every = entry.get_subentries_of_type(self.subentry_type)
        highest = max((int(each.data.get(CONF_NUMBER, 0)) for each in every), default=0)
        return replace(rule, number=max(rule.number, highest + 1))


def name_id(subentry_type: str, name: str) -> str | None:
    """Return a rule's unique id by its name, if any; no other of the entry (filter, JID) begins so."""
    return f"{subentry_type}/#{folded}" if (folded := fold(name)) else None
