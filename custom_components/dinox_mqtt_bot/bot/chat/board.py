"""The board: one message with the values of many topics, corrected in place (XEP-0308)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..model.message import Reading
from ..model.notice import CORRECTABLE
from ..model.rules import Subscription
from ..model.timers import NEVER
from ..ports import Phrases, PhrasesFor, When
from ..rendering.readings import render_digest

BUFFER = 0.3
CORRECT_EVERY = 5.0
MOST_TOPICS = 200
MOST_LINES = 30


@dataclass(frozen=True, slots=True)
class Place:
    """What the board shows of one topic, and the number of the change that brought it."""

    reading: Reading
    subscription: Subscription
    change: int


@dataclass(slots=True)
class Shown:
    """What a contact has of the board: by which notice, from when, up to which change, and what it shows."""

    id: str = ""
    since: float = 0.0
    change: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """What the board has to say to a contact: in the place of another notice, or as a new one."""

    to: str
    text: str
    replaces: str


class Board:
    """The values of all topics that are shown on the board, and what each contact has seen of it.

    It is corrected only while it is the last thing said to a contact (Dino corrects nothing else), else there
    is a new one, not before `every` seconds after the one before. `newest` tells what was said last to whom.
    """

    def __init__(self, newest: Callable[[str], str]) -> None:
        self.due_at = NEVER
        self.every = 300.0
        self._newest = newest
        self._places: dict[str, Place] = {}
        self._shown: dict[str, Shown] = {}
        self._change = 0
        self._tried = -NEVER
        self._untold: set[str] = set()

    @property
    def delay(self) -> float:
        """The longest wait until it is said again."""
        return max(self.every, CORRECT_EVERY)

    def address(self, contacts: Iterable[str]) -> None:
        """Be shown to these contacts."""
        self._shown = {each: self._shown.get(each) or Shown() for each in contacts}

    def __contains__(self, topic: str) -> bool:
        """Say whether something of a topic waits to be shown."""
        place = self._places.get(topic)
        return place is not None and any(each.change < place.change for each in self._shown.values())

    def corrects(self, topic: str, now: float) -> bool:
        """Say whether the next value of a topic only takes the place of one that somebody sees."""
        shown = self._shown.items()
        return topic in self._places and any(self._correctable(to, each, now) for to, each in shown)

    @property
    def places(self) -> list[Place]:
        """What is on the board, by area; what stands in none comes last, each in the order it came."""
        areas = {each.reading.origin.area for each in self._places.values() if each.reading.origin}
        order = {area: at for at, area in enumerate(sorted(areas - {""}, key=str.casefold))}
        return sorted(self._places.values(), key=lambda each: order.get(_area(each), len(order)))

    def take(self, reading: Reading, subscription: Subscription, now: float) -> bool:
        """Show a reading in the place of its topic's last; False if there are too many topics."""
        topic = reading.message.topic
        if topic not in self._places and len(self._places) >= MOST_TOPICS:
            return False
        self._change += 1
        self._places[topic] = Place(reading, subscription, self._change)
        self._untold.add(topic)
        self._wait(now + BUFFER, now)
        return True

    def _wait(self, at: float, now: float) -> None:
        soonest = self._tried + CORRECT_EVERY
        self.due_at = min(self.due_at, max(at, soonest if soonest <= now + CORRECT_EVERY else at))

    def drop(self, gone: Callable[[Subscription], bool]) -> None:
        """Take off at once what is shown of subscriptions that are gone."""
        kept = {topic: each for topic, each in self._places.items() if not gone(each.subscription)}
        if len(kept) < len(self._places):
            self._places = kept
            self.due_at = 0.0

    def say(self, now: float, speech: PhrasesFor, when: When, *, last: bool = False) -> list[Say]:
        """Return to whom the board has to be said, and as what; the `last` time there is no later."""
        every = 0.0 if last else self.every
        self.due_at, self._tried = NEVER, now
        say = []

        def titled(text: str, contact: str) -> str:
            return f"{speech(contact).phrase('common.board', time=when(now))}\n{text}"

        for contact, shown in self._shown.items():
            text = self.render(speech(contact))
            if text == shown.text:
                shown.change = self._change
                continue
            if self._correctable(contact, shown, now):
                say.append(Say(contact, titled(text, contact), shown.id))
            elif not any(shown.change < each.change for each in self._places.values()):
                continue  # that something is gone is no news
            elif shown.since <= now < shown.since + every:
                self.due_at = min(self.due_at, shown.since + every)
            else:
                say.append(Say(contact, titled(text, contact), ""))
        return say

    def _correctable(self, contact: str, shown: Shown, now: float) -> bool:
        fresh = shown.since <= now < shown.since + CORRECTABLE
        return fresh and bool(shown.id) and self._newest(contact) == shown.id

    def said(self, to: str, notice_id: str, now: float, phrases: Phrases) -> None:
        """Take note under which id a contact got it anew, or by which correction."""
        shown = self._shown[to]
        if shown.id != notice_id:
            shown.id, shown.since = notice_id, now
        shown.change, shown.text = self._change, self.render(phrases)

    def unseen(self, contact: str) -> list[Place]:
        """Take what a contact has not seen, who is not to be disturbed; it gets a new one then."""
        shown = self._shown[contact]
        unseen = [each for each in self._places.values() if each.change > shown.change]
        self._shown[contact] = Shown(change=self._change)
        return unseen

    def take_told(self) -> list[str]:
        """Take the topics of which everybody has been shown the newest, or that are gone."""
        told = [topic for topic in self._untold if topic not in self]
        self._untold.difference_update(told)
        return told

    def hide(self) -> list[Place]:
        """Take what nobody has seen, to be hidden."""
        hidden = [self._places[topic] for topic in self._untold if topic in self]
        for shown in self._shown.values():
            shown.change = self._change
        self.due_at = NEVER
        return hidden

    def render(self, phrases: Phrases) -> str:
        """Return a line for each topic, what is of one device together, below the name of its area."""
        places = self.places
        if not places:
            return phrases.phrase("common.board_empty")
        blocks: dict[str, list[Place]] = {}
        for each in places[:MOST_LINES]:
            blocks.setdefault(_area(each), []).append(each)
        lines: list[str] = []
        for area, block in blocks.items():
            if len(blocks) > 1 or area:
                lines.append(area and f"— {area} —")
            lines.append(render_digest([(each.reading, each.subscription, 1) for each in block], 0, phrases))
        if (rest := len(places) - MOST_LINES) > 0:
            lines.append(phrases.phrase("common.more_topics", count=rest))
        return "\n".join(lines)


def _area(place: Place) -> str:
    return place.reading.origin.area if place.reading.origin else ""
