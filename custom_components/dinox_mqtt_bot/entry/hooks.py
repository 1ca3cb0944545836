"""The webhooks of a bot: how each is kept as a subentry, and the rule that is made with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry, ConfigSubentry, ConfigSubentryData
from homeassistant.const import CONF_NAME, CONF_WEBHOOK_ID
from homeassistant.util import slugify

from ..bot.model.rules import AlertRule, Condition, Operator, Priority
from ..bot.model.topics import HOOKS
from ..bot.payload.incidents import RESOLVED
from ..const import CONF_KEY, CONF_LOCAL_ONLY, SUBENTRY_WEBHOOK

MARK = "⇲"
LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook: `webhook_id` is its secret, `key` its level of the topics."""

    webhook_id: str
    name: str
    key: str
    local_only: bool = True

    @classmethod
    def of(cls, subentry: ConfigSubentry) -> Self:
        """Read what a subentry keeps."""
        kept = subentry.data
        return cls(kept[CONF_WEBHOOK_ID], kept[CONF_NAME], kept[CONF_KEY], kept.get(CONF_LOCAL_ONLY, True))

    @classmethod
    def new(cls, webhook_id: str, name: str, *, local_only: bool) -> Self:
        """Return a webhook by the name that somebody gave it."""
        return cls(webhook_id, name, slugify(name, separator="-")[:LONGEST_KEY].strip("-"), local_only)

    @property
    def topic(self) -> str:
        """How the topics of its incidents begin."""
        return f"{HOOKS}{self.key}/"

    def write(self) -> ConfigSubentryData:
        """Write it as a subentry."""
        return ConfigSubentryData(
            subentry_type=SUBENTRY_WEBHOOK,
            unique_id=f"{SUBENTRY_WEBHOOK}/#{self.key}",
            title=f"{MARK} {self.name}",
            data={
                CONF_WEBHOOK_ID: self.webhook_id,
                CONF_NAME: self.name,
                CONF_KEY: self.key,
                CONF_LOCAL_ONLY: self.local_only,
            },
        )

    def rule(self, priority: Priority) -> AlertRule:
        """Return the rule that makes alerts of its incidents."""
        condition = Condition(Operator.UNEQUAL, (RESOLVED,))
        return AlertRule(
            f"{self.topic}+",
            condition,
            field="text",
            name=self.name,
            priority=priority,
            text="{name}: {value}",
        )


def hooks_of(entry: ConfigEntry[Any]) -> Iterator[Hook]:
    """Yield the webhooks of a bot."""
    yield from map(Hook.of, entry.get_subentries_of_type(SUBENTRY_WEBHOOK))
