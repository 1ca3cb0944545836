"""How rules are added and changed in Home Assistant's settings."""

from abc import abstractmethod

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryData,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.helpers.selector import SelectOptionDict
import voluptuous as vol

from ..bot.model.replies import BotError
from ..bot.model.rules import RuleSet
from ..const import CONF_FILTER, CONF_TOPIC
from ..entry.rules import rule_set
from ..runtime.runtime import BotConfigEntry
from .confirmed import async_foresee, async_settle
from .fields import FormInput, errors_of, in_sections, option, unfolded, without_sections
from .named import NamedTopic, async_named, async_published

# Suggestions are searched by typing; more would only make the form slow.
MOST_TOPICS = 500

__all__ = ["NamedTopic", "RuleFlow", "SubentryFlow"]


class SubentryFlow(ConfigSubentryFlow):
    """What all rules have in common: one is new or known, and it is kept as a subentry."""

    def _known(self) -> ConfigSubentry | None:
        """Return the rule that is changed, None for a new one."""
        return self._get_reconfigure_subentry() if self.source == SOURCE_RECONFIGURE else None

    def _rules(self) -> RuleSet:
        entry = self._get_entry()
        return rule_set(entry.subentries.values(), entry.options)

    async def _async_named(self, said: str) -> NamedTopic:
        """Return the topic filter that was typed, by whatever it is called. Raises Ambiguous."""
        return await async_named(self._get_entry(), self._rules(), said)

    async def _async_topics(self) -> list[SelectOptionDict]:
        """Return what is subscribed, then every other topic that came in, each with its name."""
        names = {each.filter: each.alias for each in self._rules().subscriptions}
        seen = await self._async_seen()
        names |= {topic: seen[topic] for topic in sorted(seen) if topic not in names}
        return [option(topic, name if name != topic else "") for topic, name in names.items()]

    async def _async_seen(self) -> dict[str, str]:
        """Return the topics that came in with their names, none while the bot cannot be asked."""
        entry: BotConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return {}
        try:
            seen = await entry.runtime_data.store.history.topics("#", MOST_TOPICS)
        except BotError:
            return {}
        return {row.topic: row.name for row in seen}

    async def _keep(self, rule: ConfigSubentryData) -> SubentryFlowResult:
        title, data, unique_id = rule["title"], rule["data"], rule["unique_id"]
        entry = self._get_entry()
        if (known := self._known()) is None:
            await async_foresee(entry, subentry=rule)
            return self.async_create_entry(title=title, data=data, unique_id=unique_id)
        result = self.async_update_and_abort(entry, known, title=title, data=data, unique_id=unique_id)
        await async_settle(entry)
        return result


class RuleFlow(SubentryFlow):
    """One form, for a new rule and for a changed one."""

    form: vol.Schema
    _doubted: frozenset[str] = frozenset()
    """The topics of which nothing is known, and which were asked about."""

    def _may_be_new(self, typed: FormInput, named: NamedTopic) -> bool:
        """Say whether a rule may be about a topic that nobody knows, without asking."""
        return True

    async def _async_understood(self, typed: FormInput) -> FormInput:
        """Return what was typed with the topic that is called so.

        Raises Ambiguous; BotError `unknown_again` once for a topic of which nothing is known.
        """
        if not (said := str(typed.get(CONF_FILTER, ""))):
            return typed
        named = await self._async_named(said)
        if not self._may_be_new(typed, named):
            self._doubt(said, named)
        return {**typed, CONF_FILTER: named.topic}

    async def _async_published(self, said: str, known: ConfigSubentry | None) -> str:
        """Return the topic that is published to, called so; the one that there was is as it was.

        Raises Ambiguous; BotError as `published`, and `unknown_again`.
        """
        if not said.strip() or (known is not None and said == known.data.get(CONF_TOPIC)):
            return said
        named = await async_published(self._get_entry(), self._rules(), said)
        self._doubt(said, named)
        return named.topic

    def _doubt(self, said: str, named: NamedTopic) -> None:
        """Raise BotError `unknown_again` once for a topic of which nothing is known."""
        if not named.known and said not in self._doubted:
            self._doubted |= {said}
            key = "unknown_again_near" if named.near else "unknown_again"
            raise BotError(key, name=said, near=named.near)

    @abstractmethod
    def _read(self, typed: FormInput, known: ConfigSubentry | None) -> ConfigSubentryData:
        """Return the subentry that was typed. Raises BotError."""

    async def async_step_user(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Ask for a new rule."""
        return await self._ask("user", user_input, {})

    async def async_step_reconfigure(self, user_input: FormInput | None = None) -> SubentryFlowResult:
        """Ask for a rule again."""
        return await self._ask("reconfigure", user_input, self._get_reconfigure_subentry().data)

    @abstractmethod
    async def _async_form(self) -> vol.Schema:
        """Return the form with what there is to choose now."""

    async def _ask(self, step: str, typed: FormInput | None, stored: FormInput) -> SubentryFlowResult:
        self.form = await self._async_form()
        if typed is None:
            return self._show(step, stored)
        try:
            understood = await self._async_understood(typed)
            return await self._keep(self._read(understood, self._known()))
        except BotError as err:
            return self._show(step, typed, err)

    def _unlike_others(self, rule: ConfigSubentryData, known: ConfigSubentry | None) -> ConfigSubentryData:
        """Return a subentry unless another one is the same. Raises BotError `already_configured`."""
        others = [each for each in self._get_entry().subentries.values() if each is not known]
        if any(each.unique_id == rule["unique_id"] for each in others):
            raise BotError("already_configured")
        return rule

    def _show(self, step: str, suggested: FormInput, err: BotError | None = None) -> SubentryFlowResult:
        errors = errors_of(err, self.form) if err else {}
        suggested = in_sections(self.form, without_sections(suggested, self.form))
        form = unfolded(self.form, suggested, errors)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(form, suggested),
            errors=errors,
            description_placeholders=err.placeholders if err else None,
        )
