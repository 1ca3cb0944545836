"""How much time and room the entities of discovery may take of one message."""

from collections import Counter
from collections.abc import Callable, Iterable

from ..discovery.bindings import Binding, value_in
from ..discovery.entities import Entity
from ..discovery.narrowing import only_wanted
from ..payload.interpret import Meaning
from ..ports import Templates

type Ticks = Callable[[], float]
"""Seconds of a clock that is never set."""
type Found = list[tuple[Binding, str | None]]
type SpokenBindings = tuple[tuple[str, Binding], ...]
"""Entities of a topic, each with the topic of the configuration that has it."""

_SHORT = 4_096
"""Characters of a payload in which paths are followed in no time, for as many entities as a topic has."""

_MOST_SECONDS, _MOST_CHARACTERS = 0.025, 524_288
_LISTING_SECONDS = 0.05
_OUT, _SLOW, _PREPARING = 30, 10, 1
"""Strikes in a row at which a configuration is switched off, and what counts as how many.

One slow message may be a pause of the process. What is only slow until its templates are ready gets on.
"""


class Budget:
    """Lets the entities of a topic read a message; `off` are configurations that took too much of several.

    They are told to `tell`, with a topic they were slow on, and may try again when they have changed.
    """

    def __init__(self, templates: Templates | None, ticks: Ticks, tell: Callable[[str, str], None]) -> None:
        self.off: dict[str, str] = {}
        self._templates = templates
        self._ticks = ticks
        self._tell = tell
        self._strikes: Counter[str] = Counter()

    def forgive(self, config: str) -> None:
        """Let a configuration that has changed try again."""
        self.off.pop(config, None)
        self._strikes.pop(config, None)

    def is_raw(self, entity: Entity, templates: Templates) -> bool:
        """Say whether an entity's values are shown as they come, as its templates are not run."""
        sources = (binding.template.source for _, binding in entity.values if binding.template)
        return entity.config in self.off or not all(map(templates.runs, filter(None, sources)))

    def values(self, topic: str, meaning: Meaning, spoken: SpokenBindings, *, foreign: bool) -> Found | None:
        """Return what each entity finds in a message; None if that would take too much of it.

        `foreign`: there are templates among them that are more than paths.
        """
        if len(meaning.text) > _SHORT:
            meaning = only_wanted(meaning, (binding for _, binding in spoken))
        if not foreign and len(meaning.text) <= _SHORT:
            return [(binding, value_in(meaning, binding, self._templates)) for _, binding in spoken]
        if not self._prepared(topic, spoken):
            return None
        found: Found = []
        shares: dict[str, float] = {}
        total, at = 0.0, self._ticks()
        for config, binding in spoken:
            text = value_in(meaning, binding, self._templates)
            found.append((binding, text))
            before, at = at, self._ticks()
            share = (at - before) / _MOST_SECONDS + len(text or "") / _MOST_CHARACTERS
            shares[config] = shares.get(config, 0.0) + share
            total += share
            if total > 1:
                self._strike(topic, (each for each in shares if shares[each] > 1 / len(spoken)), _SLOW)
                return None
        if self._strikes:
            for config in shares:
                self._strikes.pop(config, None)
        return found

    def _prepared(self, topic: str, spoken: SpokenBindings) -> bool:
        """Make the templates ready, as many as there is time for."""
        if self._templates is None:
            return True
        begun = self._ticks()
        for config, binding in spoken:
            if binding.template is not None and binding.template.source:
                self._templates.runs(binding.template.source)
                if self._ticks() - begun > _MOST_SECONDS:
                    self._strike(topic, [config], _PREPARING)
                    return False
        return True

    def _strike(self, topic: str, configs: Iterable[str], count: int) -> None:
        for config in configs:
            self._strikes[config] += count
            if self._strikes[config] >= _OUT:
                del self._strikes[config]
                self.off[config] = topic
                self._tell(config, topic)


class Limited:
    """`ports.Templates` for as long as a listing may take."""

    def __init__(self, templates: Templates, ticks: Ticks) -> None:
        self._templates = templates
        self._ticks = ticks
        self._until = ticks() + _LISTING_SECONDS

    @property
    def over(self) -> bool:
        """Whether the time is used up."""
        return self._ticks() > self._until

    def runs(self, template: str) -> bool:
        """Say whether a template is rendered at all, where there is time to find out."""
        return self.over or self._templates.runs(template)

    def render(self, template: str, text: str, json: object) -> str | None:
        """Render while there is time."""
        return None if self.over else self._templates.render(template, text, json)
