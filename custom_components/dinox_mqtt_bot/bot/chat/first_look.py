"""What a new subscription brings first: told as one message of a few lines, however much it is."""

from collections.abc import Callable, Iterable
from itertools import chain

from ..model.message import Presence, Reading
from ..model.rules import Display, Follow, Priority, RuleSet, Subscription
from ..model.timers import NEVER
from ..model.topics import shared
from ..ports import Memory, Phrases, When
from ..rendering.readings import LONGEST_DIGEST_LINE, LONGEST_NAME, render_value
from ..text.foreign import inert, short
from .batch import IN_FULL, Batch
from .notable import KINDS, notable

BUFFER = 0.3
CALM = 1.0
"""Seconds without anything new after which all of a flood of retained messages has come."""
LONGEST_FLOOD = 8.0
MOST_FIRST_LINES = 12
MOST_COUNTED = 20_000
MOST_NAMED = 4
MOST_SAMPLES = 4
MOST_VARIOUS = 20
GREETED = "greeted"
"""Where it is remembered that the bot has introduced itself."""
SEEN = "looked_at"
"""Where it is remembered which subscriptions are not new: their keys, a line each."""


class FirstLook:
    """Gathers what comes in under subscriptions that have a wildcard, and under what is followed, at first.

    `devices_on` names the devices that speak on a topic, `firing` counts the alerts. The very first one
    begins with who the bot is, its `name`, and what can be asked.
    """

    delay = LONGEST_FLOOD

    def __init__(
        self,
        memory: Memory,
        devices_on: Callable[[str], set[str]],
        firing: Callable[[], int] = int,
        name: str = "",
    ) -> None:
        self.memory = memory
        self._name = name
        self._devices_on = devices_on
        self._firing = firing
        self.left_out: list[str] = []
        """The topics whose values the last one did not tell, as they were too many."""
        self._own: frozenset[str] = frozenset()
        self._alone: list[str] = []
        self._waits = False
        self._rules = 0
        self._new: set[str] = set()
        self._new_follows: set[str] = set()
        self._start()

    def _start(self) -> None:
        self.due_at = 0.0 if self._waits else NEVER
        self.batch = Batch(BUFFER)
        self._began = 0.0
        self._filters: dict[str, Subscription] = {}
        self._followed = False
        self._topics: dict[str, Subscription] = {}
        # What is told of them, each with the topic that it was found on.
        self._devices: dict[str, str] = {}
        self._notable: dict[str, dict[str, str]] = {}
        self._samples: dict[str, Reading] = {}
        # One of each device; those of which nothing else is told are shown first.
        self._various: dict[str, Reading] = {}
        self._sampled: set[str] = set()

    def apply(self, rules: RuleSet) -> None:
        """Find out which subscriptions are new since they were looked at."""
        self._own = frozenset(each.filter for each in rules.subscriptions)
        wide = {each for each in self._own if "+" in shared(each)[1] or "#" in shared(each)[1]}
        follows = {_key(each) for each in rules.follows}
        seen = self._seen
        self._remember(seen & (wide | follows))
        self._new, self._new_follows = wide - seen, follows - seen
        told = [each.filter for each in rules.subscriptions if _tells(each)]
        self._rules = len(rules.alerts)
        # Without a first look nothing else tells who the bot is.
        self._alone = sorted(told)
        looks = bool(wide & set(told) or follows) or not (rules.subscriptions or rules.alerts)
        self._waits = not (looks or self.memory.get(GREETED))
        if self._waits and not self._topics:
            self.due_at = 0.0

    @property
    def _seen(self) -> set[str]:
        return set(self.memory.get(SEEN).split("\n")) - {""}

    def _remember(self, keys: Iterable[str]) -> None:
        if (text := "\n".join(sorted(keys))) != self.memory.get(SEEN):
            self.memory.set(SEEN, text)

    def __contains__(self, topic: str) -> bool:
        """Say whether something of a topic waits to be said."""
        return topic in self._topics or topic in self.batch

    def expects(self, subscription: Subscription) -> bool:
        """Say whether what comes in under a subscription is part of a first look."""
        if not (self._new or self._new_follows):
            return False
        if subscription.filter in self._own:
            return subscription.filter in self._new
        return bool(self._new_follows)

    def take(
        self, reading: Reading, subscription: Subscription, now: float, presence: Presence | None
    ) -> None:
        """Take a reading in; of devices that are there it is only counted that they are."""
        topic = reading.message.topic
        if not self._topics:
            self._began, self.due_at = now, now + BUFFER
        devices = self._devices_on(topic) if presence is None else presence.devices
        if len(self._topics) < MOST_COUNTED:
            self._topics[topic] = subscription
            for device in devices:
                self._devices[device] = topic
        if subscription.filter in self._own:
            self._filters[subscription.filter] = subscription
        else:
            self._followed = True
        if presence is None:
            self.batch.add(reading, subscription, now)
            self._sample(reading, set(devices))
            for kind, name in notable(reading):
                self._notable.setdefault(kind, {})[name] = topic
        elif not presence.there:
            self._notable.setdefault("away", {}).update(dict.fromkeys(presence.devices, topic))
        if len(self._topics) > IN_FULL:
            self.due_at = min(now + CALM, self._began + LONGEST_FLOOD)

    def _sample(self, reading: Reading, devices: set[str]) -> None:
        topic, various = reading.message.topic, self._various
        if len(self._samples) < MOST_SAMPLES + IN_FULL or topic in self._samples:
            self._samples[topic] = reading
        # Of `Gate position` and `Gate` the latter.
        about = [each for each, other in various.items() if other.name.startswith(f"{reading.name} ")]
        new = len(various) < MOST_VARIOUS and devices - self._sampled
        if new or topic in various or about:
            various[topic] = reading
            self._sampled |= devices
        for each in about:
            del various[each]

    @property
    def topics(self) -> list[str]:
        return list(self._topics)

    def drop(self, gone: Callable[[Subscription], bool]) -> None:
        """Forget what came in under subscriptions that are gone."""
        self.batch.drop(gone)
        self._topics = {topic: each for topic, each in self._topics.items() if not gone(each)}
        self._filters = {name: each for name, each in self._filters.items() if not gone(each)}
        self._samples = {topic: each for topic, each in self._samples.items() if topic in self._topics}
        self._various = {topic: each for topic, each in self._various.items() if topic in self._topics}
        self._devices = self._left(self._devices)
        self._notable = {kind: left for kind, found in self._notable.items() if (left := self._left(found))}
        if not self._topics:
            self._start()

    def _left(self, found: dict[str, str]) -> dict[str, str]:
        return {name: topic for name, topic in found.items() if topic in self._topics}

    def end(self, speeches: Iterable[Phrases], when: When) -> dict[Phrases, str]:
        """Take what was gathered as text in some languages; nothing if there is nothing to say."""
        speeches = list(speeches)
        greets = bool(self._topics or (self._waits and speeches)) and self._greets()
        self._waits = False
        self.left_out = []
        texts = {phrases: self._text(phrases, when, greets=greets) for phrases in set(speeches)}
        seen = self._filters.keys() | (self._new_follows if self._followed else set())
        self._remember(self._seen | seen)
        self._new -= seen
        self._new_follows -= seen
        self._start()
        return texts

    def _text(self, phrases: Phrases, when: When, *, greets: bool) -> str:
        text = self.batch.render(phrases, when) if self.batch.count else ""
        greeting = self._greeting(phrases) if greets else ""
        room = MOST_FIRST_LINES - greeting.count("\n")
        if (
            text.count("\n") >= room
            or "away" in self._notable
            or len(self._topics) > len(self._samples) + IN_FULL
        ):
            text = self._summary(phrases, room)
            told = {topic for found in self._notable.values() for topic in found.values()}
            self.left_out = [topic for topic in self._topics if topic not in told]
        return f"{greeting}{text}"

    def _greets(self) -> bool:
        """Say, once, whether this is the first thing that the bot ever tells."""
        if self.memory.get(GREETED):
            return False
        self.memory.set(GREETED, "1")
        return not self._seen  # one that has told much already

    def _greeting(self, phrases: Phrases) -> str:
        """Return who the bot is, and how to go on."""
        if not self._topics:
            return inert(self._introduction(phrases))
        example = next((short(each.name, LONGEST_NAME) for each in self._samples.values()), "")
        key = "greeting_only" if not example else "greeting" if self._filters else "greeting_followed"
        how = {"name": self._name, "example": example, "filters": self._named_filters()}
        return f"{inert(phrases.phrase(f'common.{key}', **how))}\n\n"

    def _introduction(self, phrases: Phrases) -> str:
        """Return who a bot is that shows nothing at first: it tells of single topics, or of alerts only."""
        how: dict[str, object] = {"name": self._name, "count": self._rules}
        if self._alone:
            shown = [short(each, LONGEST_NAME) for each in self._alone[:IN_FULL]]
            more = ["…"] * (len(self._alone) > IN_FULL)
            return phrases.phrase("common.greeting_topics", filters=", ".join([*shown, *more]), **how)
        example = phrases.phrase("common.words_example_rule")
        return phrases.phrase("common.greeting_alerts", example=example, **how)

    def _named_filters(self) -> str:
        return ", ".join([*list(self._filters)[:IN_FULL], *["…"] * (len(self._filters) > IN_FULL)])

    def _summary(self, phrases: Phrases, room: int) -> str:
        names = self._named_filters()
        key = "look_followed" if not self._filters else "look_both" if self._followed else "look"
        counts = {"topics": len(self._topics), "devices": len(self._devices)}
        lines = [phrases.phrase(f"common.{key}", filters=names, **counts)]
        if firing := self._firing():
            lines.append(phrases.phrase("common.look_alerts", count=firing))
        lines += [_listed(phrases, kind, list(found)) for kind in KINDS if (found := self._notable.get(kind))]
        lines += self._shown(phrases)[: room - 2 - len(lines)]
        hint = "look_hint" if self._filters else "look_hint_followed"
        lines.append(phrases.phrase(f"common.{hint}", filter=next(iter(self._filters), "")))
        return inert("\n".join(lines))

    def _shown(self, phrases: Phrases) -> list[str]:
        """Return a few values, first of devices of which nothing is told yet: it is seen what comes in."""
        topics = (topic for found in self._notable.values() for topic in found.values())
        told = {*self._notable.get("away", ()), *chain.from_iterable(map(self._devices_on, topics))}
        first = {topic: each for topic, each in self._various.items() if not self._devices_on(topic) & told}
        return [
            f"{short(each.name, LONGEST_NAME)}: {render_value(each, phrases, LONGEST_DIGEST_LINE)}"
            for each in list((first | self._samples).values())[:MOST_SAMPLES]
        ]


def _listed(phrases: Phrases, kind: str, names: list[str]) -> str:
    shown = ", ".join(short(name, LONGEST_NAME) for name in names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        shown = phrases.phrase("common.look_more", names=shown, count=len(names) - MOST_NAMED)
    return phrases.phrase(f"common.look_{kind}", names=shown)


def _tells(subscription: Subscription) -> bool:
    """Say whether what comes in under a subscription is told as it comes."""
    return Priority.SILENT is not subscription.priority and subscription.display is not Display.SILENT


def _key(follow: Follow) -> str:
    # No filter begins so: a filter has no such sign in it.
    return f"\t{follow.scope}\t{follow.key}"
