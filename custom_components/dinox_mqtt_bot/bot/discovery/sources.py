"""What says whether a device is there: the topics of its availability."""

from dataclasses import dataclass
from functools import lru_cache

from ..text.foreign import cut
from .config import Config, template_in, topic_in
from .templates import ValueTemplate, compile_template

_MOST = 20
"""Topics of one entity."""
_LONGEST_PAYLOAD = 100
_LISTED, _ALONE = ("topic", "value_template"), ("availability_topic", "availability_template")
"""Where such a topic is named, with its template."""
_TRUTHS = frozenset({"true", "false"})


@dataclass(frozen=True, slots=True)
class Source:
    """A topic that says whether an entity is there, and how it says so."""

    topic: str
    online: str
    offline: str
    template: ValueTemplate | None = None

    def says(self, text: str | None) -> bool | None:
        """Say whether a text means that it is there; None if it says neither.

        A truth value is written `True` by a template in Home Assistant.
        """
        words = self.online, self.offline
        if text is not None and self.template is not None and text in _TRUTHS and text not in words:
            text = text.capitalize()
        return text == self.online if text in words else None


def sources_of(config: Config) -> tuple[Source, ...]:
    """Return what says whether the entity of a configuration is there."""
    listed = config.get("availability")
    if not isinstance(listed, list):
        return tuple(_found(config, *_ALONE))
    every = [source for each in listed[:_MOST] if isinstance(each, dict) for source in _found(each, *_LISTED)]
    return tuple(every)


def _found(config: Config, topic: str, template: str) -> list[Source]:
    if not (named := topic_in(config, topic)):
        return []
    there, gone = _payload(config, "payload_available"), _payload(config, "payload_not_available")
    return [_source(named, there or "online", gone or "offline", template_in(config, template))]


def _payload(config: Config, key: str) -> str:
    value = config.get(key)
    return cut(str(value), _LONGEST_PAYLOAD) if isinstance(value, (str, bool, int)) else ""


@lru_cache(1_024)
def _source(topic: str, online: str, offline: str, template: str) -> Source:
    """Return what all entities of a device have alike."""
    return Source(topic, online, offline, compile_template(template) if template else None)
