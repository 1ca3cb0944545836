"""What the rules are called in the settings: titles that tell what each does, kept true."""

from collections.abc import Callable, Iterable
import re
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback

from ..bot.alerts.rule_texts import condition_text, is_whole, tells
from ..bot.model.rules import AlertRule, Contact, Priority, Subscription
from ..bot.ports import Phrases
from ..const import SUBENTRY_ALERT, SUBENTRY_BRIDGE, SUBENTRY_CONTACT, SUBENTRY_PRESET, SUBENTRY_TOPIC
from ..entry.rules import ALERTS, BRIDGES, CONTACTS, PRESETS, TOPICS

BRIDGE, CONTACT, PRESET = "⇄", "☎", "▶"
MARKS = {Priority.CRITICAL: "🔴"}
MARK = "⚠"
_BY_ITSELF = re.compile(r"(?: [<>=≤≥≠].*)?(?: \(?\d+\)?)?", re.DOTALL)


@callback
def async_keep_titles(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    phrases: Phrases,
    called: Callable[[str], str],
    changed: Iterable[ConfigSubentry] | None,
) -> None:
    """Give those that changed, or all, the titles that tell what they do; a topic's name is in others too.

    `called` returns what a topic filter is called.
    """
    looked_at = list(entry.subentries.values() if changed is None else changed)
    if any(each.subentry_type == SUBENTRY_TOPIC for each in looked_at):
        looked_at = list(entry.subentries.values())
    for subentry in looked_at:
        if (title := _title(subentry, phrases, called)) != subentry.title:
            hass.config_entries.async_update_subentry(entry, subentry, title=title)


def _title(subentry: ConfigSubentry, phrases: Phrases, called: Callable[[str], str]) -> str:
    kind = subentry.subentry_type
    if kind == SUBENTRY_TOPIC:
        return topic_title(TOPICS.of(subentry))
    if kind == SUBENTRY_CONTACT:
        return contact_title(CONTACTS.of(subentry), phrases)
    if kind == SUBENTRY_PRESET:
        return f"{PRESET} {PRESETS.name_of(subentry)}"
    if kind == SUBENTRY_BRIDGE:
        return f"{BRIDGE} {BRIDGES.name_of(subentry)}"
    if kind == SUBENTRY_ALERT:
        rule = ALERTS.of(subentry)
        return alert_title(rule, called(rule.filter), phrases)
    return subentry.title  # of a later version


def topic_title(wanted: Subscription) -> str:
    """Return the title of a topic: `Icebox (home/freezer)`."""
    icon = f"{wanted.icon} " if wanted.icon else ""
    return f"{icon}{wanted.alias} ({wanted.filter})" if wanted.alias else f"{icon}{wanted.filter}"


def contact_title(known: Contact, phrases: Phrases) -> str:
    """Return the title of a contact: `☎ Anna (operator)`."""
    role = phrases.phrase(f"common.role_{known.role.name.lower()}")
    return f"{CONTACT} {known.name or known.jid} ({role})"


def alert_title(rule: AlertRule, topic: str, phrases: Phrases) -> str:
    """Return the title of an alert: `⚠ Icebox > −15 °C for 5 min`, and before it the name it was given."""
    field = f" {rule.field}" if rule.field and not is_whole(rule.field, topic) else ""
    asks = f"{topic}{field} {condition_text(rule, phrases)}"
    known = tells(rule.name, rule, phrases) or _by_itself(rule.name, f"{topic}{field}")
    own = f"{rule.name}: " if rule.name and not known else ""
    mark = MARKS.get(rule.priority, MARK)
    title = f"{mark} {own}{asks}"
    return title if rule.enabled else phrases.phrase("common.title_off", title=title)


def _by_itself(name: str, what: str) -> bool:
    """Say whether a name is the one that a rule has by itself, perhaps of an earlier limit."""
    rest = name.casefold().removeprefix(what.casefold())
    return rest != name.casefold() and _BY_ITSELF.fullmatch(rest) is not None
