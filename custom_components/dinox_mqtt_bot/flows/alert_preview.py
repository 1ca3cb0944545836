"""What an alert rule means, in plain words, and what it would have done, before it is kept."""

from contextlib import suppress
import re

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from ..bot.alerts.rule_texts import sentence
from ..bot.alerts.rules.names import name_rule, unit_of
from ..bot.alerts.rules.rehearsal import Rehearsal, rehearse
from ..bot.alerts.rules.subject import with_others
from ..bot.alerts.rules.warnings import never_fires, pictured, refuse_hopeless, warnings_of
from ..bot.commands.alerts import refuse_deeds
from ..bot.model.replies import BotError, Typed
from ..bot.model.rules import AlertRule, RuleSet
from ..bot.model.topics import Subscriptions
from ..bot.reading.topic_lookup import known_names, looks_like_topic, topic_name
from ..bot.text.durations import DAY, duration
from ..entry.rules import rule_set
from ..hass.phrases import Translations, async_load_phrases
from ..runtime.runtime import BotConfigEntry, BotRuntime
from .named import async_named

DAYS_TRIED = 7
OTHERS = frozenset({"rule_and_or", "rule_clause_wild", "which_name"})
"""What is said as it is of a further condition that cannot be read."""

# Home Assistant renders what a dialog says as Markdown; a topic such as `home/+/_x_` is to be read as it is.
MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")


async def async_preview(hass: HomeAssistant, entry: BotConfigEntry, rule: AlertRule) -> dict[str, str]:
    """Return the sentence of a rule, and in notes what speaks against it and what it would have done."""
    phrases = await async_load_phrases(hass)
    rules = rule_set(entry.subentries.values(), entry.options)
    notes: list[str] = []
    if Subscriptions(rules.subscriptions).covering(rule.filter) is None:
        notes.append(phrases.phrase("common.preview_not_subscribed", filter=rule.filter))
    if entry.state is ConfigEntryState.LOADED:
        unheard = entry.runtime_data.bot.listening.audience.unheard(rule, rules.targets)
        if unheard and entry.runtime_data.has_chat:
            notes.append(phrases.phrase(f"common.{unheard}", contacts=Typed("contacts")))
        named = await async_named(entry, rules, rule.filter)
        if not named.known:
            key = "common.preview_unknown_near" if named.near else "common.preview_unknown"
            notes.insert(0, phrases.phrase(key, name=rule.filter, near=named.near))
        notes += await _rehearsed(entry.runtime_data, rule, phrases)
    said = sentence(rule, phrases, called(entry, rules, rule.filter))
    return {"sentence": literal(said), "notes": "\n\n".join(map(literal, notes))}


async def async_with_others(entry: BotConfigEntry, rule: AlertRule, text: str) -> AlertRule:
    """Return a rule with the further conditions that were typed for it.

    Raises BotError `bot_not_running`, `others_unknown`, and one of OTHERS for what is no such condition.
    """
    if not text.strip():
        return rule
    if entry.state is not ConfigEntryState.LOADED:
        raise BotError("bot_not_running")
    bot = entry.runtime_data.bot
    try:
        whole, unknown = await with_others(bot, await known_names(bot), rule, text)
    except BotError as err:
        if err.key in OTHERS:
            raise
        raise BotError("rule_two_conditions") from err
    if name := next((name for name in unknown if not looks_like_topic(name)), ""):
        raise BotError("others_unknown", name=name)
    refuse_hopeless(whole, rule)
    return whole


async def async_refuse_deeds(entry: BotConfigEntry, rule: AlertRule) -> None:
    """Raise BotError as `refuse_deeds`, as far as the bot can be asked."""
    if entry.state is ConfigEntryState.LOADED:
        await refuse_deeds(entry.runtime_data.bot, rule)


def with_picture(entry: BotConfigEntry, rule: AlertRule, before: AlertRule | None) -> AlertRule:
    """Return a rule as `pictured`, as far as the bot can be asked."""
    return pictured(entry.runtime_data.bot, rule, before) if entry.state is ConfigEntryState.LOADED else rule


async def async_never(entry: BotConfigEntry, rule: AlertRule) -> BotError | None:
    """Return why a rule can never fire with what comes in, as far as the bot can be asked."""
    if entry.state is not ConfigEntryState.LOADED:
        return None
    try:
        bot = entry.runtime_data.bot
        return await never_fires(bot, rule, await warnings_of(bot, rule))
    except BotError:  # the history cannot be read now
        return None


async def async_titled(
    hass: HomeAssistant, entry: BotConfigEntry, rules: RuleSet, rule: AlertRule
) -> AlertRule:
    """Return a rule with a name of its own: what it asks for, if none was given."""
    unit = ""
    if entry.state is ConfigEntryState.LOADED:
        with suppress(BotError):  # the history cannot be read now
            unit = await unit_of(entry.runtime_data.bot, rule)
    topic = called(entry, rules, rule.filter)
    return name_rule(rule, rules.alerts, topic, await async_load_phrases(hass), unit)


def called(entry: BotConfigEntry, rules: RuleSet, topic_filter: str) -> str:
    """Return what a topic filter is called: as in the chat, or its alias while the bot cannot be asked."""
    if entry.state is ConfigEntryState.LOADED:
        return topic_name(entry.runtime_data.bot, topic_filter)
    known = Subscriptions(rules.subscriptions).get(topic_filter)
    return known.alias if known is not None and known.alias else topic_filter


async def _rehearsed(runtime: BotRuntime, rule: AlertRule, phrases: Translations) -> list[str]:
    """Say what the rule would have done to what is stored; nothing if that cannot be read."""
    now = runtime.clock.now()
    try:
        done = await rehearse(runtime.bot, rule, now - DAYS_TRIED * DAY, now)
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


def literal(text: str) -> str:
    """Return a text as it is to be read where Home Assistant renders Markdown."""
    return MARKUP.sub(r"\\\1", text)
