"""What people read in the chat and on their phones, and whether it is true."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
import math
import re

from bot.model.notice import Notice, is_target
from bot.model.rules import AlertRule, Priority

from .house import ANNA, BERT, PHONE, Breach, House
from .naive import BROKER, MOMENT, MOMENTS, Episode

_TOKENS = re.compile(r"(?P<mark>[✅⏹🔴⚠👍😴🔕])|#(?P<number>\d+)")
_NEWS = re.compile(r"\bc\w+x\d+\b")
FLAPPING = "keeps firing and ending"
_AGAIN = ("⏫", "still ", FLAPPING)
_LASTS = ("still ", "when last heard")
_ALREADY = "(told already)"
WRONG, OVER, MORE = frozenset("🔴⚠"), frozenset("✅⏹"), "…"
FIRED = WRONG | {MORE}
LONGEST_MINUTE = 59.0
HELD_TAG = "dinox-held"
LATE = 95.0
"""Seconds after which it is no news that something fired."""

PATIENCE = 160.0
"""Seconds after which what waits for another rule is told when that is over."""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody was told of an incident. `composed` is a real time.

    `again`: it says that it is not the first time. `at_once`: it was not held and told with others.
    """

    to: str
    number: int
    mark: str
    again: bool
    at_once: bool
    composed: float
    text: str


def words_of(notice: Notice, numbers: Iterable[int]) -> Iterator[tuple[int, str, bool, str]]:
    """Yield each incident that a notice tells of, with its mark; `numbers` are those the log has for it."""
    whole = f"{notice.push.title}\n{notice.text}" if notice.push else notice.text
    lines = [line for line in whole.split("\n") if line.startswith("•")]
    if not lines and notice.push:
        marks = [each["mark"] for each in _TOKENS.finditer(notice.push.title) if each["mark"]]
        again = any(each in whole for each in (*_AGAIN, _ALREADY))
        # That somebody sees to one says nothing of what the notification told of before.
        named = {int(each["number"]) for each in _TOKENS.finditer(whole) if each["number"]}
        numbers = [number for number in numbers if not named or number in named]
        yield from ((number, mark, again, whole) for number in numbers for mark in marks[:1])
        return
    seen: set[int] = set()
    for line in lines or [whole]:
        mark = ""
        for token in _TOKENS.finditer(line):
            mark = token["mark"] or mark
            if token["number"]:
                seen.add(int(token["number"]))
                yield (
                    int(token["number"]),
                    mark,
                    _ALREADY in whole or any(map(line.__contains__, _AGAIN)),
                    line,
                )
    # What there was no room for is told by its number only: so many more.
    yield from ((number, MORE, True, whole) for number in numbers if lines and number not in seen)


class Witness:
    """Has read everything that anybody was told in a house."""

    def __init__(self, house: House) -> None:
        self.house, self.naive = house, house.naive
        self.words: list[Word] = []
        shown: dict[tuple[str, str], Iterable[int]] = {}
        for delivery in house.outbox.read:
            for notice in delivery.parts or (delivery.notice,):
                composed = house.outbox.composed[notice.id]
                first = house.outbox.held_as.get(notice.id, notice.id)
                numbers: Iterable[int] = house.told_in.get(first, ())
                if notice.push is not None and notice.push.tag != HELD_TAG:
                    # What takes the place of a notification is about the same, but for what got another.
                    numbers = numbers or shown.get((notice.to, notice.push.tag), ())
                    for (to, tag), before in shown.items():
                        if to == notice.to:
                            shown[to, tag] = [each for each in before if each not in numbers]
                    shown[notice.to, notice.push.tag] = numbers
                for number, mark, repeats, text in words_of(notice, numbers):
                    # Put up anew without a sound, it tells nothing that its digest does not.
                    again = repeats or (notice.push is not None and notice.id not in house.told_in)
                    word = Word(notice.to, number, mark, again, not delivery.parts, composed, text)
                    self.words.append(word)
        self.by: dict[tuple[str, int], list[Word]] = {}
        self._by_key: dict[tuple[str, tuple[str, str]], list[Word]] = {}
        for word in self.words:
            self.by.setdefault((word.to, word.number), []).append(word)
            if word.number in house.judging:
                self._by_key.setdefault((word.to, house.judging[word.number]), []).append(word)

    @property
    def _numbers(self) -> set[int]:
        """The incidents of rules that are as they were when these began."""
        return {number for belief in self.naive.beliefs.values() for number in belief.numbers}

    def breaches(self) -> Iterator[Breach]:
        """Yield everything that was not as people may expect it."""
        yield from (Breach("held_at_end", each) for each in self.house.held_at_end)
        yield from (Breach("exceptions", each) for each in self.house.rung_in_vain)
        yield from (Breach("invented", each) for each in self.house.invented)
        yield from self._last_words()
        yield from self._notifications()
        yield from self._missed()
        yield from self._told_too_soon()
        yield from self._told_late()
        yield from self._twice()
        yield from self._storms()
        yield from self._old_news()
        yield from self._lost()

    # Whether the last word is true.

    def _is_wrong(self, number: int) -> bool | None:
        """Say whether an incident still lasts; None if nobody can say, or it was but a moment."""
        belief = self.naive.beliefs.get(self.house.judging[number])
        if number in self.house.closed or number in self.house.moments:
            return None
        if belief is None or number not in belief.numbers:
            # It was over before its rule was changed.
            return False
        return None if belief.unsure else belief.active and belief.numbers[-1] == number

    def _last_words(self) -> Iterator[Breach]:
        for (to, number), words in self.by.items():
            told = [word for word in words if word.mark in {*WRONG, *OVER, MORE}]
            wrong = self._is_wrong(number) if number in self.house.judging else None
            flaps = bool(told) and FLAPPING in told[-1].text and number not in self._numbers
            if (
                told
                and told[-1].mark != MORE
                and not flaps
                and wrong is not None
                and wrong is not (told[-1].mark in WRONG)
            ):
                truth = "it is still so" if wrong else "it is over"
                yield Breach("false_last_words", f"{to} of #{number}: {told[-1].text!r}, but {truth}")
            if told and told[0].mark in OVER:
                yield Breach("false_last_words", f"{to}: all-clear of #{number}, of which nothing was told")
            at_once = [word for word in words if word.at_once]
            for first, last in pairwise(at_once):
                if last.composed < first.composed:
                    yield Breach("false_last_words", f"{to}: {first.text!r} came before {last.text!r}")

    def _notifications(self) -> Iterator[Breach]:
        """No notification stays on a phone when all that it tells of is over."""
        shown: dict[tuple[str, str], tuple[str, tuple[int, ...]]] = {}
        for delivery in self.house.outbox.read:
            push = delivery.notice.push
            if push is not None and push.tag != HELD_TAG:
                first = self.house.outbox.held_as.get(delivery.notice.id, delivery.notice.id)
                about = tuple(self.house.told_in.get(first, ()))
                shown[delivery.notice.to, push.tag] = push.title, about
        for (to, tag), (title, about) in shown.items():
            if WRONG & set(title) and about:
                outlived = [
                    self._is_wrong(number) is False or number in self.house.closed for number in about
                ]
                if all(outlived):
                    yield Breach(
                        "false_last_words", f"{to} shows {title!r} ({tag}) of {about}, which are over"
                    )

    # Whether what had to be told was told.

    def _missed(self) -> Iterator[Breach]:
        for episode in self.naive.episodes:
            lasts = episode.until == episode.doubted == math.inf
            if (episode.plain or lasts) and episode.closed > self._told_by(episode):
                for to in self.recipients(episode.rule):
                    if (
                        not self._is_gone(to, episode)
                        and not self._excused(episode)
                        and not self._was_told(episode, to)
                    ):
                        yield Breach("missed", f"{to} was not told of {_named(episode)}")
                if episode.plain:
                    yield from self._not_reminded(episode)

    def _told_by(self, episode: Episode) -> float:
        """Return when an incident is told at the latest, if nobody is muted; also if the bot was away."""
        at = episode.since + MOMENT
        for begun, ended in self.house.away:
            if begun <= at and ended >= episode.since:
                at = max(at, ended + MOMENT)
        return at

    def recipients(self, rule: AlertRule) -> list[str]:
        """Return who is to be told of a rule's alerts."""
        if rule.priority is Priority.SILENT:
            return []
        if rule.once and rule.contacts:
            return [*rule.contacts]
        urgent = [PHONE, *rule.targets] if rule.priority >= Priority.ALERT else []
        return [*(rule.contacts or (ANNA, BERT)), *urgent]

    def _is_gone(self, to: str, episode: Episode) -> bool:
        """Say whether a target may have gone with its rule before anything reached it."""
        return is_target(to) and to != PHONE and episode.closed < math.inf

    def _about(self, episode: Episode, to: str) -> list[Word]:
        """Return what somebody was told of what a rule says of a topic, when it was written."""
        return self._by_key.get((to, (episode.rule.id, episode.topic)), [])

    def _told_too_soon(self) -> Iterator[Breach]:
        """No rule tells of anything new as long as the one fires that it comes after."""
        for (to, number), words in self.by.items():
            first = next((word for word in words if word.mark in FIRED), None)
            key = self.house.judging.get(number, BROKER)
            if first is None or key == BROKER:
                continue
            fired = self.house.fired_at[number]
            for since, until in self.house.kept_back(*key):
                if since + 1 < fired <= first.composed < until and first.composed < self._changed_after(
                    fired
                ):
                    yield Breach("told_too_soon", f"{to} was told of #{number}: {first.text!r}")

    def _told_late(self) -> Iterator[Breach]:
        """What is told long after it fired, and is still so, says that."""
        for (to, number), words in self.by.items():
            first = next((word for word in words if word.mark in WRONG), None)
            key = self.house.judging.get(number, BROKER)
            if first is None or first.again or key == BROKER or number in self.house.moments:
                continue
            fired = self.house.fired_at[number]
            spans = self.house.firing.get(key, [])
            lasted = any(since <= fired and first.composed < until for since, until in spans)
            steady = not any(fired <= at <= first.composed for at in self.naive.set_at)
            if (
                lasted
                and steady
                and first.composed > fired + LATE
                and not any(map(first.text.__contains__, _LASTS))
            ):
                yield Breach("false_last_words", f"{to} of #{number}, late: {first.text!r}")

    def _changed_after(self, at: float) -> float:
        """Return when rules were changed next."""
        return min((since for since, _ in self.house.after if since >= at), default=math.inf)

    def _was_told(self, episode: Episode, to: str) -> bool:
        since = episode.since - MOMENT if episode.until == math.inf else episode.since - 1
        until = max(episode.followed, self._told_by(episode))
        words = [word for word in self._about(episode, to) if word.mark in FIRED]
        told = [word for word in words if since <= word.composed <= until]
        if episode.rule.once and told:
            return True  # Of what happens in one moment any may be what is told.
        if episode.rule.condition.operator in MOMENTS:
            # Of very many values the newest are told.
            return any(word.mark == MORE or MORE in word.text or episode.value in word.text for word in told)
        if episode.until == math.inf and not episode.plain:
            # What flaps is told again when it has calmed down; its last word was judged already.
            return any(word.mark in FIRED for word in self._about(episode, to))
        return bool(told)

    def _excused(self, episode: Episode) -> bool:
        """Say whether somebody did not want to hear of it for as long as it lasted."""
        ended = min(episode.until, episode.closed, episode.doubted)
        key = episode.rule.id, episode.topic
        return any(
            since <= self._told_by(episode)
            and ended <= self._back_at(until) + MOMENT
            and episode.since <= until
            for since, until in _joined((*self.house.muted(*key), *self._kept_back(episode)))
        )

    def _kept_back(self, episode: Episode) -> Iterator[tuple[float, float]]:
        """Yield from when till when nobody was to be told, since what came before lasted, or just had."""
        for since, until in self.house.kept_back(episode.rule.id, episode.topic):
            yield since, until + PATIENCE
        if any(episode.rule.id in after for _, after in self.house.after):
            # A bot that has just started waits, too: what came before may be so still.
            yield from ((ended, ended + PATIENCE) for _, ended in self.house.away)

    def _back_at(self, at: float) -> float:
        """Return a time, or when the bot is back that is away then."""
        return max([at, *(ended for begun, ended in self.house.away if begun <= at <= ended)])

    def _not_reminded(self, episode: Episode) -> Iterator[Breach]:
        """Find out whom nobody reminded of what lasts, as long as nothing came between."""
        rule, patience = episode.rule, MOMENT
        quiet = (*self.house.muted(rule.id, episode.topic), *self._kept_back(episode))
        mutes = [since for since, until in quiet if until >= episode.since]
        came = self.naive.disturbances[episode.after :]
        until = min(episode.until, episode.closed, episode.doubted, self.house.now, *came, *mutes)
        told = [to for to in self.recipients(rule) if rule.repeat and not self._is_gone(to, episode)]
        for to in told:
            words = [word.composed for word in self._about(episode, to) if episode.since - 1 <= word.composed]
            at = episode.since
            for each in [*sorted(one for one in words if one <= until), until]:
                if each - at > rule.repeat + patience:
                    yield Breach("missed", f"{to} was not reminded of {_named(episode)} after {at:.0f}")
                    break
                at = each
        steps = rule.escalate_to if rule.escalate_after and rule.priority > Priority.SILENT else ()
        for step, to in enumerate(steps, 1):
            due = episode.since + step * rule.escalate_after
            words = [word.composed for word in self._about(episode, to) if word.mark in FIRED]
            told_late = self._is_gone(to, episode) or due + patience >= until
            if not told_late and not any(due - 1 <= each <= due + patience for each in words):
                yield Breach("missed", f"{_named(episode)} was not escalated to {to}")

    # Whether anything was said too often, too late, or not at all.

    def _twice(self) -> Iterator[Breach]:
        for (to, number), words in self.by.items():
            key = self.house.judging.get(number, BROKER)
            reminds = key[0] in self.house.reminding or self.house.muted(*key)
            first = [word for word in words if word.mark in WRONG and not word.again]
            over = [word for word in words if word.mark in OVER and not word.again]
            flapped = any(FLAPPING in word.text for word in words)
            moments = number in self.house.moments and number not in self.house.once.values()
            if len(first) > 1 and not (reminds or number in self.house.attended or flapped or moments):
                yield Breach("told_twice", f"{to}: #{number} {[word.text for word in first]}")
            if len(over) > 1 and not flapped:
                yield Breach("told_twice", f"{to}: #{number} {[word.text for word in over]}")

    def _storms(self) -> Iterator[Breach]:
        """No more messages of alerts a minute than were asked for, and one summary."""
        most = self.house.rule_set.storm
        for to in (ANNA, BERT):
            for critical in (True, False):
                at = sorted(
                    self.house.outbox.composed[each.id]
                    for each in {each.id: each for each in self._alert_notices(to)}.values()
                    if (each.priority is Priority.CRITICAL) is critical
                )
                for first, last in zip(at, at[most + 1 :], strict=False):
                    calm = not any(first - 60 <= each <= last for each in self.naive.disturbances)
                    if calm and last - first < LONGEST_MINUTE:
                        yield Breach("storms", f"{to} was told of alerts {most + 2} times within a minute")
                        break

    def _alert_notices(self, to: str) -> Iterator[Notice]:
        for delivery in self.house.outbox.read:
            for notice in delivery.parts or (delivery.notice,):
                if (
                    notice.to == to
                    and not is_target(to)
                    and "#" in notice.text
                    and notice.text[:1] in {*WRONG, *OVER, "⏫"}
                ):
                    yield notice

    def _old_news(self) -> Iterator[Breach]:
        """The newest value of each topic that is shown is what everybody read of it last.

        What waited for the chat comes at once, alerts first, and each message says how old it is.
        """
        composed = self.house.outbox.composed
        deliveries = sorted(self.house.outbox.read, key=lambda each: (each.at, composed[each.notice.id]))
        for topic, sent in self.house.news.items():
            muted = self.house.muted("", topic)
            wanted = [value for at, value in sent if not any(since <= at <= until for since, until in muted)]
            for to in (ANNA, BERT):
                read = [
                    value
                    for delivery in deliveries
                    if delivery.notice.to == to
                    for value in _NEWS.findall(delivery.notice.text)
                    if value.startswith(f"{topic.replace('/', '')}x")
                ]
                if wanted and wanted[-1] != (read[-1] if read else "") and wanted[-1] == sent[-1][1]:
                    newest = read[-1] if read else "nothing"
                    yield Breach("false_last_words", f"{to} has {newest} of {topic}, it is {wanted[-1]}")

    def _lost(self) -> Iterator[Breach]:
        """What somebody had the bot say reached everybody."""
        for text, people in self.house.sent:
            for to in people:
                if not any(
                    text in each.notice.text for each in self.house.outbox.read if each.notice.to == to
                ):
                    yield Breach("missed", f"{to} was not told {text!r}")


def _joined(spans: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Yield spans of time, those together of which one goes on where another ends."""
    begun, ended = math.inf, -math.inf
    for since, until in sorted(spans):
        if since > ended + MOMENT:
            if begun < math.inf:
                yield begun, ended
            begun, ended = since, until
        ended = max(ended, until)
    if begun < math.inf:
        yield begun, ended


def _named(episode: Episode) -> str:
    rule, condition = episode.rule, episode.rule.condition
    asked = " ".join([condition.operator, *condition.values])
    return f"{rule.id} ({asked}) on {episode.topic}, {episode.since:.1f} to {episode.until:.1f}"
