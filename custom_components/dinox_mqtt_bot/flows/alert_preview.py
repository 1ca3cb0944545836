"""What an alert rule means, in plain words, and what it would have done, before it is kept."""

import re
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant

from ..bot.alerts.rule_texts import sentence
from ..bot.alerts.rules.rehearsal import Rehearsal, rehearse
from ..bot.model.errors import BotError
from ..bot.model.rules import AlertRule, RuleSet
from ..bot.model.topics import Subscriptions
from ..bot.text.durations import DAY, duration
from ..entry.rules import rule_set
from ..hass.phrases import Translations, async_load_phrases
from ..runtime.runtime import BotRuntime

DAYS = 7

# Home Assistant renders what a dialog says as Markdown; a topic such as `home/+/_x_` is to be read as it is.
MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")


async def async_preview(hass: HomeAssistant, entry: ConfigEntry[Any], rule: AlertRule) -> dict[str, str]:
    """Return the sentence of a rule, and in notes what speaks against it and what it would have done."""
    phrases = await async_load_phrases(hass)
    rules = rule_set(entry.subentries.values(), entry.options)
    notes: list[str] = []
    if Subscriptions(rules.subscriptions).covering(rule.filter) is None:
        notes.append(phrases.phrase("common.preview_not_subscribed", filter=rule.filter))
    if entry.state is ConfigEntryState.LOADED:
        notes += await _rehearsed(entry.runtime_data, rule, phrases)
    said = sentence(rule, phrases, called(rules, rule.filter))
    return {"sentence": _literal(said), "notes": "\n\n".join(map(_literal, notes))}


def called(rules: RuleSet, topic_filter: str) -> str:
    """Return what a topic filter is called: its alias, if it has one."""
    known = Subscriptions(rules.subscriptions).get(topic_filter)
    return known.alias if known is not None and known.alias else topic_filter


async def _rehearsed(runtime: BotRuntime, rule: AlertRule, phrases: Translations) -> list[str]:
    """Say what the rule would have done to what is stored; nothing if that cannot be read."""
    now = runtime.clock.now()
    try:
        done = await rehearse(runtime.bot, rule, now - DAYS * DAY, now)
    except BotError:
        return []
    if not done.messages:
        return [phrases.phrase("common.preview_no_history", filter=rule.filter)]
    notes = [_outcome(done, phrases)]
    if not done.judged and rule.field:
        notes.insert(0, phrases.phrase("common.preview_no_field", field=rule.field))
    if done.fired and done.quiet:
        notes.append(phrases.phrase("common.preview_quiet", value=done.quiet))
    return notes


def _outcome(done: Rehearsal, phrases: Translations) -> str:
    """Say how often it would have fired, in which time."""
    span = duration(done.until - done.since)
    if not done.fired:
        return phrases.phrase("common.preview_never", messages=done.messages, duration=span)
    return phrases.phrase(
        "common.preview_fired",
        count=done.fired,
        messages=done.messages,
        duration=span,
        topics=len(done.topics),
        longest=duration(done.longest),
    )


def _literal(text: str) -> str:
    return MARKUP.sub(r"\\\1", text)
