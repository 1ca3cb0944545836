"""Names of topics, devices and entities, found in what people say: the longest one, exact before alike."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from ..discovery.bindings import Binding
from ..discovery.devices import Devices, Match
from ..discovery.entities import Entity, Source, name_words
from ..model.topics import ENTITIES, HOOKS, LONGEST_HEARD, Subscriptions, fold, matches
from ..payload.paths import parse_path, write_path
from ..ports import History
from ..text.foreign import plain
from ..text.states import is_state_word
from ..text.words import MAX_ALIAS_WORDS, Word, split_words
from .meant import Begun, Meant, merged, refines, with_field
from .nearest import MOST_NEAR, close, compound, misspelt, ranked
from .possible import bounds_of, states_of
from .seen import Fit, Phrase, Seen, fits, phrases_of, seen_hits
from .told_fields import ToldFields
from .wording import NO_BEGINNINGS, NO_NAMES, QUOTED, behind_fillers, plain_words, said_in, split_known

MOST_TOPICS = 5_000
MOST_FOUND = 200
"""Things that are looked at closely where very many are called so: they are asked about anyway."""
MOST_RANKED = 20
"""Names with a word that is near, of which the nearest are told."""
MOST_SPOKEN = 24
"""Words of a sentence in which names are looked for."""
_MOST_BEGUN = 200
"""Texts of which it is known what name they begin with."""
SHORTEST = 3
"""Letters of a word that stands for a name it is only like."""
_MARKS = "?!.,;:"
_TOPIC_SIGNS = frozenset("/+#$")


type Hit = tuple[int, Fit, Meant]
"""How many words of what was said are a name, how well they fit, and whose name it is."""


class Names:
    """What the bot calls its topics, devices and entities, and so what it understands.

    `bindings` are what entities of HA discovery find on a topic. Only what is new is looked at when something
    is asked; what came in is brought by `refresh`.
    """

    def __init__(self, devices: Devices, bindings: Callable[[str], Sequence[Binding]]) -> None:
        self.devices = devices
        self._bindings = bindings
        self._seen: dict[str, Seen] = {}
        self._fields = ToldFields()
        self._heard_words: frozenset[str] | None = None
        self._subscriptions = Subscriptions()
        self._alias_words = frozenset[str]()
        # A line is read in many ways, and each of them asks for the names in it.
        self._known_begun = lru_cache(_MOST_BEGUN)(self._read_begun)

    def apply(self, subscriptions: Subscriptions) -> None:
        """Know what is subscribed, and what it is called."""
        self._subscriptions = subscriptions
        self._alias_words = frozenset(part for each in subscriptions for part in name_words(each.alias))
        self._known_begun.cache_clear()

    @property
    def aliases(self) -> Collection[str]:
        """The aliases as `fold` writes them."""
        return self._subscriptions.aliases

    async def refresh(self, history: History) -> None:
        """Learn what came in. Raises BotError where that cannot be read."""
        before = self._seen
        seen: dict[str, Seen] = {}
        heard = await history.topics("#", MOST_TOPICS)
        heard += await history.topics(f"{HOOKS}#", MOST_TOPICS)
        for row in heard:
            kept = before.get(row.topic)
            seen[row.topic] = kept if kept and kept.name == row.name else Seen(row.topic, row.name)
        if seen != before:
            self._heard_words = None
        self._seen = seen
        self._fields.learn((row.topic, row.name, row.last_text) for row in heard)
        self._known_begun.cache_clear()

    def known(self, text: str) -> bool:
        """Say whether a text is a topic that came in, a filter that is subscribed, or an alias."""
        known = text in self._seen or self._subscriptions.get(text) is not None
        return known or fold(text) in self._subscriptions.aliases

    def heard(self, topic: str) -> bool:
        """Say whether anything came in on a topic, stored or not."""
        return topic in self._seen or self.devices.newest(topic) is not None

    def device(self, topic: str) -> str:
        """Return the one device that speaks on a topic, or nothing."""
        devices = {binding.device for binding in self._bindings(topic)}
        return devices.pop() if len(devices) == 1 else ""

    def entities(self, topic: str) -> list[Entity]:
        """Return what the one device that speaks on a topic says there."""
        having = self.devices.having(name_words(self.device(topic)) or ("",))
        return [entity for entity in having if any(at == topic for at, _ in entity.values)]

    def area(self, topic: str) -> str:
        """Return where the one device stands that speaks on a topic."""
        return next((each.area for each in self.entities(topic) if each.area), "")

    def presence(self, topic: str) -> Source | None:
        """Return where it is told, of the one device that speaks on a topic alone, whether it is there."""
        sources = {source for entity in self.entities(topic) for source in entity.sources}
        alone = [each for each in sources if len(self.devices.uses.devices(each.topic)) == 1]
        return alone[0] if len(alone) == 1 else None

    def states(self, topic: str, field: str = "") -> dict[str, frozenset[str]]:
        """Return all words that can be shown of a topic or its field, as `states_of`."""
        return states_of(self.telling(topic, field))

    def bounds(self, topic: str, field: str = "") -> Mapping[str, tuple[float, float]]:
        """Return how far the values of a topic or its field reach, as `bounds_of`."""
        return bounds_of(self.telling(topic, field))

    def telling(self, topic: str, field: str) -> list[Binding]:
        """Return what entities find in a field, of what a topic tells, perhaps only beside a state."""
        every = [each for each in self._bindings(topic) if not each.aside]
        if not field:
            return [each for each in every if not each.aspect] or every
        named = {field.casefold(), ".".join(map(str, parse_path(field))).casefold()} - {""}
        return [each for each in every if named & {each.called, each.place}]

    def spoken(self, topic: str) -> bool:
        """Say whether a device says that it speaks on a topic."""
        return bool(self._bindings(topic))

    def literal(self, text: str) -> bool:
        """Say whether a text is, as it is written, a topic that is known."""
        return self.known(text) or self.spoken(text) or self.devices.uses.is_command(text)

    def speaking(self, said: str, found: Iterable[Meant]) -> list[Entity]:
        """Return what devices have that is called so, and what tells something on topics that were found."""
        devices, spoken = self.devices, name_words(said)
        named = devices.named(spoken) if 0 < len(spoken) <= MAX_ALIAS_WORDS else []
        topics = {each.topic for each in found}
        telling = (each for each in devices if any(topic in topics for topic, _ in each.values))
        return [*(each for each in named if devices.match(each, spoken) is not Match.ALIKE), *telling]

    def heard_below(self, topic_filter: str) -> bool:
        """Say whether anything came in on a topic that a filter matches."""
        return any(matches(topic_filter, topic) for topic in self._seen)

    # A name at the beginning of a text.

    def begin(self, text: str) -> Begun:
        """Return the longest name that a text begins with, without what is said before names (`me when the`).

        Nothing is meant by the first word alone where no name begins.
        """
        first = self._begun(text)
        for at in () if first.meant else behind_fillers(text):
            later = self._begun(text[at:])
            if later.meant:
                return Begun(later.said, at + later.end, later.meant, exact=later.exact)
        return first

    def ending(self, levels: str) -> tuple[Meant, ...]:
        """Return the topics whose last levels are written so: `freezer/temperature`."""
        end = f"/{levels.casefold()}"
        found = (each for each in self._seen.values() if each.topic.casefold().endswith(end))
        return tuple(map(_of, islice(found, MOST_FOUND)))

    def find(self, text: str) -> tuple[Meant, ...]:
        """Return what a whole text may mean; nothing if that is not known."""
        if (meant := self._literal(text)) is not None:
            return (meant,)
        begun = self.begin(text)
        return begun.meant if not text[begun.end :].strip() else ()

    def mentions(self, text: str) -> list[Begun]:
        """Return the names in a sentence, those first that something is called just so."""
        found: list[Begun] = []
        end = 0
        for word in islice(split_words(text), MOST_SPOKEN):
            said = word.text.strip(_MARKS).casefold()
            if word.start < end or said in NO_NAMES or is_state_word(said):
                continue
            begun = self._begun(text[word.start :])
            if begun.meant and (begun.exact or len(said) >= SHORTEST):
                end = word.start + begun.end if begun.exact else end
                found.append(replace(begun, said=begun.said.strip(_MARKS)))
        return sorted(found, key=lambda begun: not begun.exact)

    def components(self, begun: Begun) -> set[str]:
        """Return the kinds of what a name means."""
        every = {each.component for one in begun.meant for each in self._bindings(one.topic)}
        entities = self.devices.named(name_words(begun.said))
        return every | {each.component for each in islice(entities, MOST_FOUND)} or {"sensor"}

    def silent(self, said: Phrase) -> set[str]:
        """Return the kinds of what is called just so, and only told what to do."""
        every = islice(self.devices.having(said), MOST_FOUND) if said else ()
        return {each.component for each in every if not each.values and said in self.devices.words(each)[:3]}

    @property
    def called(self) -> Iterator[str]:
        """What the topics that came in are called."""
        return (each.name for each in self._seen.values())

    @property
    def places(self) -> set[Phrase]:
        """The words of every area."""
        return {name_words(each.area) for each in self.devices if each.area}

    def classes(self, meant: Meant) -> set[str]:
        """Return what kinds of value one thing has: `temperature`."""
        every = [each for each in self._bindings(meant.topic) if not each.aside]
        own = [each for each in every if each.name == meant.name] or every
        return {each.device_class for each in own if each.device_class}

    def _begun(self, text: str) -> Begun:
        return self._known_begun(text, self.devices.changes)

    def _read_begun(self, text: str, _changes: int) -> Begun:
        if quoted := QUOTED.match(text):
            inside = next(part for part in quoted.groups()[:6] if part)
            written = Meant(inside, write_path(parse_path(quoted[7])), inside)
            meant = self._quoted(written)
            return Begun(text[: quoted.end()].strip(), quoted.end(), meant, None if meant else written)
        spoken, first = list(plain_words(text)), next(split_words(text), None)
        # A topic may have the signs that compare.
        if first and not first.quoted and [first] != spoken[:1] and (literal := self._literal(first.text)):
            return Begun(first.text, first.end, (literal,))
        if not spoken:
            return Begun(first.text, first.end) if first else Begun("", 0)
        as_it_is = self._written(text, spoken)
        # A topic is what it is: nobody means something alike by it.
        if _TOPIC_SIGNS & set(spoken[0].text):
            return as_it_is or Begun(spoken[0].text, spoken[0].end)
        count, found, exact = self._named(spoken)
        end = spoken[count - 1].end if count else spoken[0].end
        if as_it_is is not None and as_it_is.end >= end:
            return as_it_is
        if not found and "." in spoken[0].text:
            name, _, path = spoken[0].text.partition(".")
            found = self._quoted(Meant(name, write_path(parse_path(path))))
        return Begun(text[spoken[0].start : end], end, found, exact=exact)

    def _written(self, text: str, spoken: Sequence[Word]) -> Begun | None:
        """Return the longest topic, filter or alias that a text begins with as it is written."""
        start = spoken[0].start
        # None is longer, and a long text would be read anew for each of its words.
        for last in (word for word in reversed(spoken) if word.end - start <= LONGEST_HEARD):
            said = text[start : last.end]
            one = self._literal(said)
            # Behind a field stands something else.
            if one is not None and not (one.field and said[len(one.topic) :].split()[1:]):
                return Begun(said, last.end, (one,))
        return None

    def _quoted(self, written: Meant) -> tuple[Meant, ...]:
        """Return what is meant by a name in quotes, with a field behind it or not."""
        found = self.find(written.topic)
        if not written.field:
            return found
        field = written.field
        return tuple(Meant(each.topic, field, with_field(each.name, field)) for each in found)

    def _literal(self, text: str) -> Meant | None:
        """Return a topic, filter or alias as it is written, perhaps with `.field` behind it."""
        subscriptions = self._subscriptions
        if "." in text and self._bindings(ENTITIES + text):
            text = ENTITIES + text  # as Home Assistant calls its entities
        if text in self._seen:
            return _of(self._seen[text])
        if subscriptions.get(text) is not None or fold(text) in subscriptions.aliases:
            topic = subscriptions.resolve(text)
            return Meant(topic, name=self._called(topic))
        if split := split_known(text, self.known):
            topic = subscriptions.resolve(split[0])
            field = write_path(parse_path(split[1]))
            return Meant(topic, field, with_field(self._called(topic), field))
        known = self._bindings(text) or self.devices.uses.is_command(text)
        return Meant(text, name=self.name(text)) if known else None

    def _called(self, topic: str) -> str:
        subscription = self._subscriptions.get(topic)
        return subscription.alias if subscription and subscription.alias else self.name(topic)

    def name(self, topic: str) -> str:
        """Return what a topic is called, as far as that is known here."""
        if (seen := self._seen.get(topic)) is not None:
            return seen.name
        names = {binding.name for binding in self._bindings(topic)}
        names = names if len(names) == 1 else {binding.device for binding in self._bindings(topic)}
        return names.pop() if len(names) == 1 else topic

    # Names by their words.

    def _named(self, spoken: Sequence[Word]) -> tuple[int, tuple[Meant, ...], bool]:
        """Return how many words are a name, what may be meant by it, and whether it is exactly that."""
        said, counts = said_in(spoken, self._parted, self._joined)
        entities, seen = self._narrowing(said)
        heard = ((length, fit, _of(each)) for length, fit, each in seen_hits(seen, said))
        hits = (self._alias_hits(said), self._entity_hits(entities, said), heard)
        exact = [hit for some in hits for hit in islice(some, MOST_FOUND) if hit[0] in counts]
        longest = max((length for length, _, _ in exact), default=0)
        best = max((fit for length, fit, _ in exact if length == longest), default=Fit.LEVELS)
        meant = merged(each for length, fit, each in exact if length == longest and fit is best)
        exactly = True
        for length in sorted(counts, reverse=True):
            # What repeats the name is none of it: `alias pantry Pantry`.
            # `lamp on` is no shorter name of `lamp Power-on behavior`, but a lamp and its state.
            again = length <= longest or bool(set(said[longest:length]) & set(said[:longest]))
            again = again or (bool(meant) and is_state_word(said[length - 1]))
            alike = () if again else self._alike(entities, seen, said[:length])
            if alike and refines(alike, meant):
                longest, meant, exactly = length, alike, False
                break
        fields, found, just_so = self._fields.begun(said, self.spoken)
        if fields > longest and fields in counts:
            return counts[fields], tuple(map(_of, found)), just_so
        return counts.get(longest, 0), meant, exactly

    def _narrowing(self, said: tuple[str, ...]) -> tuple[list[list[Entity]], list[list[Seen]]]:
        """Return the entities and topics that have the first word, the first two, …, until none has."""
        entities: list[list[Entity]] = []
        seen: list[list[Seen]] = []
        left = list(self._seen.values())
        for count, word in enumerate(said, 1):
            found = self.devices.found(said[:count]) if count == 1 or entities[-1] else []
            left = [each for each in left if word in each.path or word in each.shown]
            if not found and not left:
                break
            entities.append(found)
            seen.append(left)
        return entities, seen

    def _alias_hits(self, said: tuple[str, ...]) -> Iterator[Hit]:
        for each in self._subscriptions:
            named = name_words(each.alias)
            if named and said[: len(named)] == named:
                yield len(named), Fit.ALIAS, Meant(each.filter, name=each.alias)

    def _entity_hits(self, entities: Sequence[Sequence[Entity]], said: tuple[str, ...]) -> Iterator[Hit]:
        """Yield what is exactly called so: an entity, a thing about it, a device; with its area or not."""
        for entity in entities[0] if entities else ():
            full, name, device, area, _ = self.devices.words(entity)
            phrases = phrases_of(full, name, device, area)
            hits = [(len(phrase), fit) for phrase, fit in phrases if said[: len(phrase)] == phrase]
            if hits:
                values = self.values(entity)
                yield from ((length, fit, meant) for length, fit in hits for meant in values)
                yield from self._aspect_hits(entity, said)

    def _aspect_hits(self, entity: Entity, said: tuple[str, ...]) -> Iterator[Hit]:
        for topic, binding in entity.told:
            if binding.entity == entity.name:
                continue
            phrases = dict.fromkeys((name_words(binding.name), name_words(binding.entity)), Fit.FULL)
            # Of `Blind cover 1` too, where it is the only thing of the device that has a position.
            for aspect in (binding.aspect, binding.label or binding.aspect):
                phrases.setdefault(name_words(f"{binding.device} {aspect}"), Fit.PART)
                phrases.setdefault(name_words(f"{entity.full_name} {aspect}"), Fit.PART)
            for phrase, fit in phrases.items():
                if phrase and said[: len(phrase)] == phrase:
                    yield len(phrase), fit, self.meant_by(entity, topic, binding)

    def values(self, entity: Entity) -> list[Meant]:
        """Return where an entity's state is; of one that has none, everything there is about it."""
        states = [each for each in entity.told if each[1].entity == entity.name]
        found = [self.meant_by(entity, topic, binding) for topic, binding in states or entity.told]
        own = {topic for topic, _ in entity.told}
        if len(found) > 1 and len(own) == 1 and len(self._bindings(found[0].topic)) == len(found):
            return [Meant(found[0].topic, "", entity.full_name, entity.area, main=entity.main)]
        return found

    def fields(self, topic: str) -> list[Meant]:
        """Return the values that a device shows on a topic, or that its JSON has, where there are several."""
        found = [
            self.meant_by(entity, topic, binding)
            for entity in self.devices
            for at, binding in entity.values
            if at == topic
        ]
        every = list({each.field: each for each in found if each.field}.values())
        every = every or [_of(each) for each in self._fields.of(topic) if not self.spoken(topic)]
        return [each for each in every if each.main] or every

    def powered(self, topic: str) -> Meant | None:
        """Return the power of a plug that speaks on a topic, by which it is told whether something runs."""
        plug = any(each.component == "switch" for each in self._bindings(topic))
        return next(iter(self.beside(topic, "power")), None) if plug else None

    def beside(self, topic: str, device_class: str = "", unit: str = "") -> list[Meant]:
        """Return what of a class or in a unit the device tells, anywhere, that speaks on a topic."""
        device, kind = self.device(topic), (device_class, unit)
        every = islice(self.devices.having(name_words(device)), MOST_FOUND) if device else ()
        return [
            self.meant_by(entity, at, binding)
            for entity in every
            for at, binding in entity.told
            if entity.device == device and kind in {(binding.device_class, ""), ("", binding.unit)}
        ]

    def meant_by(self, entity: Entity, topic: str, binding: Binding) -> Meant:
        """Return a value with the field that the chat shows it as, where it shares its topic with others."""
        things = {(each.device, each.entity) for each in self._bindings(topic) if not each.aside}
        shared = len(things) > 1
        shown = plain(binding.entity or binding.device) if shared and binding.template else ""
        field = write_path((shown,)) if shown else ""
        name, whole = binding.name or entity.full_name, self.name(topic)
        settable = entity.component == "number"
        return Meant(topic, field, name, entity.area, whole, entity.main, binding.unit, settable)

    def _alike(
        self, entities: Sequence[Sequence[Entity]], seen: Sequence[Sequence[Seen]], said: tuple[str, ...]
    ) -> tuple[Meant, ...]:
        """Return what has every word that was said: whole words before beginnings of words."""
        if said[0] in NO_BEGINNINGS:
            return ()
        found = list(islice(self._likenesses(entities, seen, said), MOST_FOUND))
        some = any(whole for whole, _ in found)
        return merged(meant for whole, meant in found if whole or not some)

    def _likenesses(
        self, entities: Sequence[Sequence[Entity]], seen: Sequence[Sequence[Seen]], said: tuple[str, ...]
    ) -> Iterator[tuple[bool, Meant]]:
        """Yield what has every word that was said, and whether all of them are whole words of it."""
        at, wanted, spoken = len(said) - 1, set(said), set[str]()
        for entity in entities[at] if at < len(entities) else ():
            every = {word for named in self.devices.words(entity) for word in named}
            if fits(said, every):
                yield from ((wanted <= every, meant) for meant in self.values(entity))
                # What it is told on, and whether it is there, is not what it says.
                spoken |= {topic for topic, _ in entity.values} | {each.topic for each in entity.sources}
                spoken |= {control.topic for control in entity.controls}
        for subscription in self._subscriptions:
            if subscription.alias and fits(said, every := set(name_words(subscription.alias))):
                yield wanted <= every, Meant(subscription.filter, name=subscription.alias)
        for each in seen[at] if at < len(seen) else ():
            if each.topic not in spoken and fits(said, every := each.words):
                yield wanted <= every, _of(each)

    # Words that are spelt otherwise.

    def spread(self, text: str) -> str:
        """Return a text with blanks in the compounds of words that names have: `bad fenster zu`."""
        return " ".join(" ".join(self._compound(word)) or word for word in text.split())

    def misspelt(self, text: str) -> str:
        """Return the name that a text is but for a few letters of its words; nothing if there is none."""
        return misspelt(text, self.nearest(text))

    def _parted(self, word: str) -> tuple[str, ...]:
        return self._compound(word) or name_words(word)

    def _joined(self, word: str, number: str) -> bool:
        """Say whether a word and a number behind it are one word of names, and nowhere two."""
        both = f" {word} {number} "
        parted = any(both in each.path for each in self._seen.values())
        return self.is_word(word + number) and not parted and not any(self.devices.having((word, number)))

    def _compound(self, word: str) -> tuple[str, ...]:
        said = name_words(word)
        return compound(said[0], self.is_word) if len(said) == 1 and not self.is_word(said[0]) else ()

    def is_word(self, word: str) -> bool:
        """Say whether names have a word."""
        return word in self.devices.vocabulary or word in self._words_heard or word in self._alias_words

    def nearest(self, text: str) -> list[str]:
        """Return names that look like what was said, the nearest first; some milliseconds at most."""
        said = [word for word in name_words(text)[:MAX_ALIAS_WORDS] if not word.isdigit()]
        near = dict.fromkeys(other for word in said[:MOST_NEAR] for other in close(word, self._vocabulary()))
        found: dict[str, None] = {}
        for word in near:
            entities, seen = self._narrowing((word,))
            alike = islice(self._likenesses(entities, seen, (word,)), MOST_RANKED)
            found |= dict.fromkeys(each.name for _, each in alike)
            found |= {each.alias: None for each in self._subscriptions if word in name_words(each.alias)}
        return ranked(said, found)

    def _vocabulary(self) -> Iterator[str]:
        """Yield every word that names have."""
        yield from self.devices.vocabulary
        yield from self._words_heard
        yield from self._alias_words

    @property
    def _words_heard(self) -> frozenset[str]:
        if self._heard_words is None:
            self._heard_words = frozenset(word for each in self._seen.values() for word in each.words)
        return self._heard_words


def _of(seen: Seen) -> Meant:
    name = with_field(seen.name, seen.field) if seen.field else seen.name
    return Meant(seen.topic, seen.field, name)
