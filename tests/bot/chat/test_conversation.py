"""Who is told what, and when."""

from collections.abc import Iterable
from itertools import count, pairwise
import re
from typing import override

from fakes import NOON, FakeMemory, reading
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from phrases import RealPhrases
import pytest

from bot.chat.batch import MOST_KEPT, NEVER
from bot.chat.changes import MAX_COMPARED_TOPICS
from bot.chat.conversation import GAP, LONG_AWAY, MAX_HIDDEN_TOPICS, Conversation
from bot.chat.first_look import FirstLook
from bot.delivery.speeches import Speeches
from bot.model.message import Message, Properties, Reading
from bot.model.notice import Notice
from bot.model.rules import Display, Priority, Subscription
from bot.reading.readings import Readings
from bot.rendering.gathered import MOST_LINES
from bot.rendering.readings import MOST_TOPICS

ME, YOU = "me@example.org", "you@example.org"
EACH = Subscription("#")
DIGEST = Subscription("#", display=Display.DIGEST)
CHANGES = Subscription("#", display=Display.CHANGES)
PHRASES = RealPhrases()


def talk(*contacts: str, paused: bool = False) -> Conversation:
    ids = count(1)
    conversation = Conversation(
        Speeches(PHRASES, {}),
        lambda: f"id{next(ids)}",
        str,
        FirstLook(FakeMemory(), lambda topic: set()),
        newest=lambda to: LAST.get(to, ""),
        paused=paused,
    )
    LAST.clear()
    conversation.address(contacts or (ME,), 300.0)
    return conversation


def live(topic: str) -> Subscription:
    return Subscription(topic, display=Display.BOARD)


LAST: dict[str, str] = {}
"""What was said last to whom, as far as a test takes note of it."""


def noted(notices: list[Notice]) -> list[Notice]:
    LAST.update({each.to: each.replaces or each.id for each in notices})
    return notices


def texts(notices: Iterable[Notice]) -> list[str]:
    return [notice.text for notice in notices]


def test_a_reading_is_told_after_a_third_of_a_second() -> None:
    conversation = talk()
    assert conversation.take(reading("t", "1"), EACH, NOON)
    assert conversation.wake_at == NOON + 0.3
    assert conversation.due(NOON + 0.2) == []
    assert conversation.due(NOON + 0.3) == [Notice("id1", ME, "*t* 1", NOON + 0.3)]
    assert conversation.wake_at == NEVER


def test_everybody_who_receives_is_told_in_order() -> None:
    conversation = talk(ME, YOU)
    conversation.take(reading("t", "1"), EACH, NOON)
    assert [(notice.id, notice.to) for notice in conversation.due(NOON + 1)] == [("id1", ME), ("id2", YOU)]


def test_nobody_to_tell_means_nothing_is_kept() -> None:
    conversation = talk()
    conversation.address((), 300.0)
    assert not conversation.take(reading("t", "1"), EACH, NOON)
    assert conversation.wake_at == NEVER


def test_contacts_that_left_are_not_told_what_waits() -> None:
    conversation = talk()
    conversation.take(reading("t", "1"), EACH, NOON)
    conversation.address((), 300.0)
    assert conversation.due(NOON + 1) == []


def test_three_at_once_are_one_message_in_full() -> None:
    conversation = talk()
    for topic in ("a", "b", "a"):
        conversation.take(reading(topic, "1"), EACH, NOON)
    assert texts(conversation.due(NOON + 0.3)) == ["*a* 1\n*b* 1\n*a* 1"]


def test_more_at_once_are_one_line_a_topic() -> None:
    conversation = talk()
    for number in range(20):
        conversation.take(reading(f"t{number % 4}", str(number)), EACH, NOON)
    assert texts(conversation.due(NOON + 0.3)) == ["t0: 16 ×5\nt1: 17 ×5\nt2: 18 ×5\nt3: 19 ×5"]


def test_topics_beyond_the_bound_are_counted() -> None:
    conversation = talk()
    for number in range(MOST_KEPT + 7):
        conversation.take(reading(f"a/rather/long/topic/of/a/sensor/{number}", "1"), EACH, NOON)
    (text,) = texts(conversation.due(NOON + 0.3))
    *lines, last = text.splitlines()
    assert len(lines) == MOST_LINES - 1
    shown = sum(line.count(": 1") for line in lines)
    assert last == PHRASES.phrase("common.more_readings", count=MOST_KEPT + 7 - shown)


def test_what_was_not_told_for_longest_comes_first_where_not_all_fits() -> None:
    conversation = talk()
    names = [f"a/rather/long/topic/of/a/sensor/{number:02}" for number in range(60)]
    told: list[str] = []
    for turn in range(3):
        for name in names:
            conversation.take(reading(name, "1"), EACH, NOON + 100 * turn)
        told += re.findall(r"sensor/(\d+)", texts(conversation.due(NOON + 100 * turn + 1))[0])
    assert told[:60] == [name[-2:] for name in names]


def test_of_what_is_told_side_by_side_the_main_value_is_told() -> None:
    conversation = talk()
    for number in range(30):
        message = Message(f"t{number}", b'{"on": true, "watts": 7}', received=NOON)
        conversation.take(Readings().read(message), EACH, NOON)
    (text,) = texts(conversation.due(NOON + 1))
    assert text.startswith("t0: on true · t1: on true · ")
    assert "watts" not in text


def test_what_a_message_only_counted_is_told_when_it_comes_again() -> None:
    conversation, told = talk(), list[str]()
    for at in (0, 600):
        for number in range(60):
            long = reading(f"t{number}", f"{number} {'-' * 100}")
            conversation.take(long, CHANGES, NOON + at)
        told += texts(conversation.due(NOON + at + 1))
    first, second = told
    assert "… 49 more messages" in first
    assert [f"t{number}:" in second for number in (0, 10, 11, 21)] == [False, False, True, True]


def test_messages_keep_ever_farther_apart_as_long_as_it_stays_busy() -> None:
    conversation = talk()
    told = []
    for tenths in range(20_000):
        now = NOON + tenths / 10
        if tenths % 5 == 0:
            conversation.take(reading("t", str(tenths)), EACH, now)
        if conversation.due(now):
            told.append(now)
    gaps = [round(later - earlier) for earlier, later in pairwise(told)]
    assert gaps[:5] == [2, 2, 2, 8, 32]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 300


def test_what_comes_after_a_calm_minute_is_told_at_once() -> None:
    conversation = talk()
    for number in range(200):
        conversation.take(reading(f"t{number}", "1"), EACH, NOON + number / 10)
        conversation.due(NOON + number / 10)
    conversation.due(NOON + 1_000)
    conversation.take(reading("t", "1"), EACH, NOON + 1_000)
    assert conversation.wake_at <= NOON + 1_002
    assert texts(conversation.due(NOON + 1_002)) == ["*t* 1"]


def test_a_clock_that_is_set_back_makes_nobody_wait() -> None:
    conversation = talk()
    for number in range(100):
        conversation.take(reading(f"t{number}", "1"), EACH, NOON)
    conversation.due(NOON + 1)
    conversation.take(reading("t", "1"), EACH, NOON - 86_400)
    conversation.take(reading("u", "1"), EACH, NOON - 86_399)
    assert texts(conversation.due(NOON - 86_397)) == ["*t* 1\n*u* 1"]


def test_messages_keep_two_seconds_apart() -> None:
    conversation = talk()
    conversation.take(reading("t", "1"), EACH, NOON)
    conversation.due(NOON + 0.3)
    conversation.take(reading("t", "2"), EACH, NOON + 0.4)
    assert conversation.wake_at == NOON + 0.3 + GAP
    assert conversation.due(NOON + 2.2) == []
    assert texts(conversation.due(NOON + 2.3)) == ["*t* 2"]


def test_a_clock_set_back_silences_nobody() -> None:
    conversation = talk()
    conversation.take(reading("t", "1"), EACH, NOON)
    conversation.due(NOON + 1)
    conversation.take(reading("t", "2"), EACH, NOON + 1)
    assert texts(conversation.due(NOON - 3600)) == ["*t* 2"]


def test_a_silent_topic_is_not_told() -> None:
    conversation = talk()
    assert not conversation.take(reading("t", "1"), Subscription("#", priority=Priority.SILENT), NOON)
    assert not conversation.take(reading("t", "1"), Subscription("#", display=Display.SILENT), NOON)
    assert conversation.wake_at == NEVER


@pytest.mark.parametrize("priority", [Priority.ALERT, Priority.CRITICAL])
@pytest.mark.parametrize("paused", [True, False])
def test_what_is_urgent_is_said_at_once(priority: Priority, paused: bool) -> None:
    conversation = talk(paused=paused)
    assert conversation.take(reading("t", "1"), Subscription("#", priority=priority), NOON)
    assert conversation.wake_at <= NOON
    (notice,) = conversation.due(NOON)
    assert notice.priority is priority
    assert conversation.wake_at == NEVER


def test_only_changes_are_told_where_only_they_are_wanted() -> None:
    conversation = talk()
    told = [conversation.take(reading("t", text), CHANGES, NOON) for text in ("1", "1", "2", "2", "1")]
    assert told == [True, False, True, False, True]


def test_changes_are_remembered_for_many_topics() -> None:
    conversation = talk()
    for number in range(MAX_COMPARED_TOPICS + 1):
        conversation.take(reading(f"t{number}", "1"), CHANGES, NOON)
    assert conversation.take(reading("t0", "1"), CHANGES, NOON)
    assert not conversation.take(reading("t2", "1"), CHANGES, NOON)


def test_a_change_unseen_in_a_pause_is_told_afterwards() -> None:
    conversation = talk(paused=True)
    assert not conversation.take(reading("t", "1"), CHANGES, NOON)
    conversation.resume()
    assert conversation.take(reading("t", "1"), CHANGES, NOON)


def test_a_digest_comes_when_its_time_is_over() -> None:
    conversation = talk()
    conversation.address((ME,), 60.0)
    for number in range(3):
        assert conversation.take(reading("t", str(number)), DIGEST, NOON + number)
    assert conversation.wake_at == NOON + 60
    assert conversation.due(NOON + 59) == []
    assert texts(conversation.due(NOON + 60)) == ["t: 2 ×3"]


def test_a_digest_and_a_batch_take_turns() -> None:
    conversation = talk()
    conversation.address((ME,), 1.0)
    conversation.take(reading("d", "1"), DIGEST, NOON)
    conversation.take(reading("t", "1"), EACH, NOON)
    assert texts(conversation.due(NOON + 1)) == ["*t* 1"]
    assert texts(conversation.due(NOON + 3)) == ["d: 1"]


def board(text: str, at: float) -> str:
    return f"📊 Board {at}\n{text}"


def test_the_board_is_one_message_that_is_corrected() -> None:
    conversation = talk(ME, YOU)
    conversation.take(reading("t", "1"), live("t"), NOON)
    first = noted(conversation.due(NOON + 1))
    assert texts(first) == [board("t: 1", NOON + 1)] * 2
    conversation.take(reading("u", "2"), live("#"), NOON + 2)
    conversation.take(reading("t", "3"), live("t"), NOON + 2)
    assert conversation.wake_at == NOON + 6
    assert conversation.due(NOON + 5.9) == []
    second = noted(conversation.due(NOON + 6))
    assert [(one.text, one.to, one.replaces) for one in second] == [
        (board("t: 3\nu: 2", NOON + 6), ME, first[0].id),
        (board("t: 3\nu: 2", NOON + 6), YOU, first[1].id),
    ]
    conversation.take(reading("t", "4"), live("t"), NOON + 20)
    assert [one.replaces for one in conversation.due(NOON + 21)] == [one.id for one in first]


def test_a_board_that_would_look_the_same_is_left_alone() -> None:
    conversation = talk()
    conversation.take(reading("t", "1"), live("t"), NOON)
    noted(conversation.due(NOON + 1))
    conversation.take(reading("t", "1"), live("t"), NOON + 10)
    assert conversation.due(NOON + 11) == []


def test_who_left_gets_no_correction() -> None:
    conversation = talk(ME, YOU)
    conversation.take(reading("t", "1"), live("t"), NOON)
    noted(conversation.due(NOON + 1))
    conversation.address((YOU,), 300.0)
    conversation.take(reading("t", "2"), live("t"), NOON + 10)
    assert [one.to for one in conversation.due(NOON + 11)] == [YOU]


def test_while_the_server_is_away_everything_waits_to_be_told_as_one() -> None:
    conversation = talk()
    conversation.take(reading("live", "1"), live("live"), NOON - 1)
    noted(conversation.due(NOON))
    conversation.set_online(False, NOON)
    conversation.take(reading("live", "2"), live("live"), NOON)
    conversation.take(reading("t", "1"), EACH, NOON)
    assert conversation.due(NOON + 10) == []
    conversation.take(reading("t", "2"), EACH, NOON + 10)
    assert conversation.wake_at == NEVER
    conversation.set_online(True, NOON + 15)
    assert texts(conversation.due(NOON + 15)) == ["*t* 1\n*t* 2"]
    assert texts(conversation.due(NOON + 17)) == [board("live: 2", NOON + 17)]


def test_after_a_long_outage_the_digest_says_how_long_it_was() -> None:
    conversation = talk()
    conversation.set_online(False, NOON)
    for number in range(5):
        conversation.take(reading("t", str(number)), EACH, NOON + number)
    conversation.set_online(True, NOON + LONG_AWAY * 5)
    said = texts(conversation.due(NOON + LONG_AWAY * 5))
    assert said == ["While the chat server could not be reached (5 min):\nt: 4 ×5"]
    conversation.take(reading("t", "6"), EACH, NOON + 1000)
    assert texts(conversation.due(NOON + 1001)) == ["*t* 6"]


def test_who_is_not_to_be_disturbed_gets_a_digest_of_its_own() -> None:
    conversation = talk(ME, YOU)
    asleep = {YOU}
    conversation.spare(asleep.__contains__)
    conversation.take(reading("t", "1"), EACH, NOON)
    assert [(each.to, each.text) for each in conversation.due(NOON + 1)] == [(ME, "*t* 1")]
    for number in range(MOST_TOPICS + 5):
        conversation.take(reading(f"u/{number}", "1"), EACH, NOON + 5)
    conversation.take(reading("t", "2"), EACH, NOON + 5)
    assert [each.to for each in conversation.due(NOON + 6)] == [ME]
    conversation.take(reading("t", "3"), EACH, NOON + 8)
    assert [each.to for each in conversation.due(NOON + 15)] == [ME]
    conversation.take(reading("l", "5"), live("l"), NOON + 17)
    assert [each.to for each in conversation.due(NOON + 18)] == [ME]
    conversation.take(reading("l", "6"), live("l"), NOON + 18)
    asleep.add(ME)
    assert conversation.due(NOON + 26) == []
    assert "l" not in conversation.take_told()
    assert conversation.holding == [YOU, ME]
    assert conversation.release(ME) == "l: 6"
    asleep.clear()
    text = conversation.release(YOU)
    lines = text.split("\n")
    assert lines[0] == "t: 3 ×3"
    assert lines[-1] == "… 8 more messages"
    assert "t" in conversation.take_told()
    assert conversation.release(YOU) == ""


def test_a_contact_who_is_gone_has_no_digest_any_more() -> None:
    conversation = talk(ME, YOU)
    conversation.spare({YOU}.__contains__)
    conversation.take(reading("t", "1"), EACH, NOON)
    conversation.due(NOON + 1)
    conversation.address([ME], 300.0)
    assert conversation.holding == []


def test_a_pause_hides_and_counts_what_comes_and_what_waits() -> None:
    conversation = talk()
    conversation.take(reading("a", "1"), EACH, NOON)
    conversation.take(reading("d", "1"), DIGEST, NOON)
    conversation.take(reading("l", "1"), live("l"), NOON)
    conversation.take(reading("l", "2"), live("l"), NOON)
    conversation.pause()
    assert conversation.paused
    assert not conversation.take(reading("a", "2"), EACH, NOON)
    assert conversation.hidden == 4
    assert conversation.wake_at == NEVER
    hidden = conversation.resume()
    assert hidden.count == 4
    assert hidden.topics == (("a", "a", 2), ("d", "d", 1), ("l", "l", 1))
    assert conversation.hidden == 0
    assert not conversation.paused


def test_the_board_goes_on_after_a_pause() -> None:
    conversation = talk()
    conversation.take(reading("t", "1"), live("t"), NOON)
    (first,) = noted(conversation.due(NOON + 1))
    conversation.take(reading("t", "2"), live("t"), NOON + 10)
    conversation.pause()
    conversation.resume()
    conversation.take(reading("t", "3"), live("t"), NOON + 20)
    assert [one.replaces for one in conversation.due(NOON + 21)] == [first.id]


def test_a_board_hidden_before_it_was_said_is_new_afterwards() -> None:
    conversation = talk()
    conversation.take(reading("t", "1"), live("t"), NOON)
    conversation.pause()
    conversation.resume()
    conversation.take(reading("t", "2"), live("t"), NOON)
    assert texts(conversation.due(NOON + 1)) == [board("t: 2", NOON + 1)]


def test_hidden_topics_are_named_up_to_a_bound_and_counted_beyond() -> None:
    conversation = talk()
    for number in range(MOST_TOPICS + 1):
        conversation.take(reading(f"w{number}", "1"), EACH, NOON)
    conversation.pause()
    for number in range(MAX_HIDDEN_TOPICS):
        conversation.take(reading(f"t{number}", "1"), EACH, NOON)
    hidden = conversation.resume()
    assert hidden.count == MOST_TOPICS + 1 + MAX_HIDDEN_TOPICS
    assert len(hidden.topics) == MAX_HIDDEN_TOPICS


def test_flushing_says_all_that_waits() -> None:
    conversation = talk()
    conversation.take(reading("old", "1"), live("old"), NOON - 1)
    (shown,) = noted(conversation.due(NOON))
    conversation.take(reading("urgent", "1"), Subscription("#", priority=Priority.ALERT), NOON)
    conversation.take(reading("a", "1"), EACH, NOON)
    conversation.take(reading("d", "1"), DIGEST, NOON)
    conversation.take(reading("new", "1"), live("new"), NOON)
    conversation.take(reading("old", "2"), live("old"), NOON)
    flushed = conversation.flush(NOON)
    assert texts(flushed) == ["⚠ *urgent* 1", "*a* 1", "d: 1", board("old: 2\nnew: 1", NOON)]
    assert flushed[-1].replaces == shown.id
    assert conversation.wake_at == NEVER
    assert conversation.flush(NOON) == []


COUNTED = re.compile(r"(?m)^(?:t\d: \d+(?: ×(\d+))?|\*t\d\* \d+)$")


class Talking(RuleBasedStateMachine):
    """Every normal reading is told, merged or counted; messages keep apart; a pause is silent."""

    def __init__(self) -> None:
        super().__init__()
        self.conversation = talk()
        self.now = NOON
        self.number = 0
        self.taken = 0
        self.told: list[tuple[float, str]] = []
        self.hidden = 0
        self.shown: dict[str, int] = {}

    @rule(topic=st.sampled_from("abcdef"), display=st.sampled_from([EACH, DIGEST, CHANGES]))
    def take(self, topic: str, display: Subscription) -> None:
        self.number += 1
        self.taken += 1
        name = f"t{ord(topic) - ord('a')}"
        told = self.conversation.take(reading(name, str(self.number)), display, self.now)
        assert told is not self.conversation.paused

    @rule(step=st.sampled_from([0.0, 0.1, 0.3, 1.0, 2.0, 30.0, 300.0]))
    def wait(self, step: float) -> None:
        self.now += step
        self.hear(self.conversation.due(self.now))

    @rule()
    def wake(self) -> None:
        if self.conversation.wake_at != NEVER:
            self.now = max(self.now, self.conversation.wake_at)
            due = self.conversation.due(self.now)
            assert due, "woken for nothing"
            self.hear(due)

    def hear(self, notices: list[Notice]) -> None:
        assert not (notices and self.conversation.paused)
        self.told += [(notice.at, notice.text) for notice in notices]

    @rule()
    def pause(self) -> None:
        self.conversation.pause()

    @precondition(lambda self: self.conversation.paused)
    @rule()
    def resume(self) -> None:
        hidden = self.conversation.resume()
        assert sum(count for _, _, count in hidden.topics) == hidden.count
        self.hidden += hidden.count

    @rule(online=st.booleans())
    def connect(self, online: bool) -> None:
        self.conversation.set_online(online, self.now)

    @invariant()
    def keeps_apart(self) -> None:
        times = [at for at, _ in self.told]
        assert all(later - earlier >= GAP - 1e-6 for earlier, later in pairwise(times))

    @override
    def teardown(self) -> None:
        self.told += [(self.now + GAP, text) for text in texts(self.conversation.flush(self.now))]
        counted = sum(int(found[1] or 1) for _, text in self.told for found in COUNTED.finditer(text))
        assert counted + self.hidden + self.conversation.hidden == self.taken


Talking.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestTalking = Talking.TestCase


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0.0, 3.0)), max_size=40))
def test_what_is_told_of_a_topic_keeps_its_order(steps: list[tuple[str, float]]) -> None:
    conversation, now, heard = talk(), NOON, list[int]()
    for number, (topic, step) in enumerate(steps):
        now += step
        conversation.take(reading(topic, str(number)), EACH, now)
        for text in texts(conversation.due(now)):
            heard += [int(found) for found in re.findall(r"(?m)^(?:a: |\*a\* )(\d+)", text)]
    for text in texts(conversation.flush(now)):
        heard += [int(found) for found in re.findall(r"(?m)^(?:a: |\*a\* )(\d+)", text)]
    assert heard == sorted(set(heard))
    newest = [number for number, (topic, _) in enumerate(steps) if topic == "a"][-1:]
    assert heard[-1:] == newest


def test_topics_are_told_once_they_are_said() -> None:
    conversation = talk()
    conversation.take(reading("t", "1"), EACH, NOON)
    conversation.take(reading("d", "1"), DIGEST, NOON)
    conversation.take(reading("l", "1"), live("l"), NOON)
    conversation.take(reading("urgent", "1"), Subscription("#", priority=Priority.ALERT), NOON)
    seen = []
    for later in (0.0, 2.0, 4.0, 1_000.0):
        conversation.due(NOON + later)
        seen.append(sorted(conversation.take_told()))
    assert seen == [["urgent"], ["t"], ["l"], ["d"]]


def test_a_topic_of_which_something_waits_is_not_told_yet() -> None:
    conversation = talk()
    conversation.take(reading("t", "1"), DIGEST, NOON)
    conversation.take(reading("t", "2"), EACH, NOON)
    conversation.due(NOON + 1)
    assert conversation.take_told() == []
    conversation.due(NOON + 1_000)
    assert conversation.take_told() == ["t"]


def test_a_correction_tells_its_topic_also_if_it_looks_the_same() -> None:
    conversation = talk()
    conversation.take(reading("t", "1"), live("t"), NOON)
    noted(conversation.due(NOON + 1))
    conversation.take_told()
    conversation.take(reading("t", "1"), live("t"), NOON + 1)
    assert conversation.due(NOON + 10) == []
    assert conversation.take_told() == ["t"]


def test_topics_without_a_line_of_their_own_are_told_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.chat.batch.MOST_NAMED", 5)
    conversation = talk()
    for number in range(MOST_KEPT + 7):
        conversation.take(reading(f"t{number}", "1"), EACH, NOON)
    conversation.due(NOON + 1)
    assert sorted(conversation.take_told()) == sorted(f"t{number}" for number in range(MOST_KEPT + 5))


def test_what_a_pause_or_the_end_takes_is_told() -> None:
    for end in (Conversation.pause, lambda conversation: conversation.flush(NOON)):
        conversation = talk()
        for display, topic in ((EACH, "t"), (DIGEST, "d"), (live("l"), "l")):
            conversation.take(reading(topic, "1"), display, NOON)
        end(conversation)
        assert sorted(conversation.take_told()) == ["d", "l", "t"]


def late(topic: str, text: str) -> Reading:
    return Readings().read(Message(topic, text.encode(), received=NOON, fetched=True))


def test_what_came_late_is_told_whole_and_in_order() -> None:
    conversation = talk()
    for number in range(10):
        conversation.take(late("t", str(number)), EACH, NOON)
    conversation.take(reading("t", "now"), EACH, NOON)
    conversation.take(reading("t", "now!"), EACH, NOON)
    (notice,) = conversation.due(NOON + 1)
    assert notice.text.split("\n") == [*(f"⏰ t: {number}" for number in range(10)), "t: now! ×2"]
    assert conversation.take_told() == ["t"]


def test_a_publisher_cannot_pass_a_message_off_as_fetched_afterwards() -> None:
    conversation = talk()
    for number in range(10):
        forged = Properties(user=(("late", "1"),))
        message = Message("t", str(number).encode(), received=NOON, properties=forged)
        conversation.take(Readings().read(message), EACH, NOON)
    (notice,) = conversation.due(NOON + 1)
    assert notice.text == "t: 9 ×10"


def test_what_came_late_fills_a_message_and_is_counted_from_there() -> None:
    conversation = talk()
    for number in range(MOST_TOPICS + 5):
        conversation.take(late("t", str(number)), EACH, NOON)
    (notice,) = conversation.due(NOON + 1)
    assert notice.text.split("\n")[-1] == "… 5 more messages"
    assert conversation.take_told() == ["t"]


def test_who_is_not_to_be_disturbed_gets_what_came_late_whole() -> None:
    conversation = talk()
    conversation.spare(lambda contact: True)
    for numbers in ((1, 2), (3, 4)):
        for number in numbers:
            conversation.take(late("t", str(number)), EACH, NOON + number)
        conversation.take(reading("u", str(number)), EACH, NOON + number)
        assert conversation.due(NOON + 10 * number) == []
    text = conversation.release(ME)
    assert text.split("\n") == ["⏰ t: 1", "⏰ t: 2", "u: 4 ×2", "⏰ t: 3", "⏰ t: 4"]


def test_of_what_was_held_for_somebody_too_much_is_counted() -> None:
    conversation = talk()
    conversation.spare(lambda contact: True)
    for half in range(2):
        for number in range(MOST_KEPT // 2 + 5):
            conversation.take(reading(f"{half}/{number}", "1"), EACH, NOON + 100 * half)
        conversation.due(NOON + 100 * half + 1)
    assert conversation.release(ME).split("\n")[-1] == f"… {MOST_KEPT + 10 - MOST_TOPICS} more messages"
