"""What was typed as a topic in a form, understood as in the chat."""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntryState

from ..bot.commands.doubts import known_topic
from ..bot.model.replies import BotError
from ..bot.model.rules import RuleSet
from ..bot.model.topics import Subscriptions
from ..bot.reading.topic_lookup import Ambiguous, looks_like_topic, published
from ..runtime.runtime import BotConfigEntry


@dataclass(frozen=True, slots=True)
class NamedTopic:
    """A topic or filter, the field that was named with it; whether it is known, and what is near if not."""

    topic: str
    field: str = ""
    known: bool = True
    near: str = ""

    @property
    def written(self) -> bool:
        """Whether it is written as a topic: a word alone may be a name that was mistyped."""
        return looks_like_topic(self.topic)


async def async_named(entry: BotConfigEntry, rules: RuleSet, said: str) -> NamedTopic:
    """Return what is called so; while the bot cannot be asked, what an alias stands for. Raises Ambiguous."""
    said = said.strip()
    resolved = Subscriptions(rules.subscriptions).resolve(said)
    if entry.state is ConfigEntryState.LOADED and said:
        try:
            meant, names, known = await known_topic(entry.runtime_data.bot, said)
        except Ambiguous:
            raise
        except BotError:  # the history cannot be read now
            return NamedTopic(resolved)
        near = "" if known else ", ".join(names.nearest(said))
        return NamedTopic(meant.topic, meant.field, known, near)
    return NamedTopic(resolved)


async def async_published(entry: BotConfigEntry, rules: RuleSet, said: str) -> NamedTopic:
    """Return the topic that is published to by what is called so. Raises as `published`."""
    said = said.strip()
    resolved = Subscriptions(rules.subscriptions).resolve(said)
    if entry.state is not ConfigEntryState.LOADED or not said:
        return NamedTopic(resolved)
    topic, names = await published(entry.runtime_data.bot, said)
    return NamedTopic(topic or said, known=bool(topic), near="" if topic else ", ".join(names.nearest(said)))
