"""The board, as clients show it."""

from dataclasses import dataclass, field, replace
from typing import override

from fakes import GUEST, ME, NOON, World
from homes import announce, say
from phrases import RealPhrases
import pytest

from bot.chat.board import CORRECT_EVERY, MOST_LINES, MOST_TOPICS, Board
from bot.delivery.speeches import Speeches
from bot.model.message import Kind, Message, Origin, Reading
from bot.model.notice import CORRECTABLE, Notice
from bot.model.rules import Contact, Display, Priority, RuleSet, Subscription
from bot.model.timers import NEVER

ON = Subscription("home/#", display=Display.BOARD)
PHRASES = RealPhrases()
SPEECH = Speeches(PHRASES, {})


# Clients as they are.


@dataclass
class Client:
    """What somebody sees: the bubbles, each with the id under which it came and when."""

    bubbles: list[list[object]] = field(default_factory=list)

    def takes(self, bubble: list[object], notice: Notice) -> bool:
        raise NotImplementedError

    def read(self, notices: list[Notice]) -> list[str]:
        for notice in notices:
            found = [each for each in self.bubbles if notice.replaces and each[0] == notice.replaces]
            if found and self.takes(found[0], notice):
                found[0][2] = notice.text
            else:
                self.bubbles.append([notice.id, notice.at, notice.text])
        return [str(text) for _, _, text in self.bubbles]


class Dino(Client):
    """Dino 0.4: only the last message of who corrects it can be corrected."""

    @override
    def takes(self, bubble: list[object], notice: Notice) -> bool:
        return bubble is self.bubbles[-1]


class Gajim(Client):
    """Gajim 1.7: a correction is taken for five minutes."""

    @override
    def takes(self, bubble: list[object], notice: Notice) -> bool:
        assert isinstance(bubble[1], float)
        return notice.at - bubble[1] <= 300


def minutes(world: World, count: int, *, others: bool) -> None:
    """Let meters say something each ten seconds, and each minute somebody be told something else."""
    for turn in range(6 * count):
        for meter in ("power", "water"):
            world.receive(f"home/{meter}", str(100 + turn))
        if others and turn % 6 == 3:
            world.receive("door", "open" if turn % 12 == 3 else "closed")
        for _ in range(10):
            world.later(1)


@pytest.mark.parametrize("client", [Dino, Gajim])
@pytest.mark.parametrize("others", [False, True])
def test_no_correction_becomes_a_message_of_its_own(client: type[Client], others: bool) -> None:
    world = World(ON, Subscription("door", priority=Priority.ALERT))
    minutes(world, 30, others=others)
    boards = [each for each in world.outbox.notices if "📊 Board" in each.text]
    seen = [text for text in client().read(world.outbox.notices) if "📊 Board" in text]
    assert len(boards) > len(seen)
    assert len(seen) == len([each for each in boards if not each.replaces])
    assert 4 <= len(seen) <= 7


def test_a_new_one_comes_at_the_users_pace() -> None:
    world = World(ON, digest_seconds=900.0)
    minutes(world, 60, others=True)
    boards = [each for each in world.outbox.notices if "📊 Board" in each.text and not each.replaces]
    assert 3 <= len(boards) <= 5


def test_what_is_unsubscribed_vanishes_at_once() -> None:
    world = World(ON, Subscription("cellar", display=Display.BOARD))
    for topic in ("home/a", "cellar"):
        world.receive(topic, "1")
    world.later(1)
    assert world.said[-1].endswith("home/a: 1\ncellar: 1")
    world.bot.apply(_without(world, "cellar"))
    world.later(2)
    assert world.said[-1].endswith("\nhome/a: 1")
    assert world.outbox.notices[-1].replaces
    world.bot.apply(_without(world, "home/#"))
    world.later(5)
    assert world.said[-1].endswith("\nNothing is on the board now.")


def test_that_something_vanishes_is_no_news_by_itself() -> None:
    world = World(ON, Subscription("cellar", display=Display.BOARD))
    for topic in ("home/a", "cellar"):
        world.receive(topic, "1")
    world.later(1)
    world.later(1_000)
    told = len(world.said)
    world.bot.apply(_without(world, "cellar"))
    world.later(1_000)
    assert len(world.said) == told


def _without(world: World, topic_filter: str) -> RuleSet:
    left = tuple(each for each in world.bot.rules.subscriptions if each.filter != topic_filter)
    return replace(world.bot.rules, subscriptions=left)


async def test_the_command_shows_it_on_demand_and_by_area() -> None:
    world = World(ON)
    assert await say(world, "board") == (
        "Nothing is on the board. Put something on it with display home/# board"
    )
    for name, area in (("Lamp", "Kitchen"), ("Fan", "Attic"), ("Pump", "")):
        device = {"name": name, "identifiers": [name], "suggested_area": area}
        announce(world, "sensor", name, name=None, state_topic=f"home/{name}", device=device)
        world.receive(f"home/{name}", "7")
    assert await say(world, "board") == "On the board:\n• Attic — Fan: 7\n• Kitchen — Lamp: 7\n• Pump: 7"
    world.later(6)
    assert world.said[-1].split("\n")[1:] == ["— Attic —", "Fan: 7", "— Kitchen —", "Lamp: 7", "", "Pump: 7"]


async def test_the_word_of_before_puts_it_on_the_board() -> None:
    world = World(Subscription("home/#"))
    assert "board" in await say(world, "display home/# live")
    assert world.bot.rules.subscriptions[0].display is Display.BOARD


def test_each_contact_is_corrected_where_it_is_the_last_thing() -> None:
    world = World(ON, contacts=(Contact(ME), Contact(GUEST)))
    world.receive("home/a", "1")
    world.later(1)
    world.bot.send("hello", ME)
    world.receive("home/a", "2")
    world.later(10)
    last = world.outbox.notices[-1]
    assert (last.to, bool(last.replaces)) == (GUEST, True)
    world.later(300)
    last = world.outbox.notices[-1]
    assert (last.to, bool(last.replaces)) == (ME, False)


# The board by itself.


def reading(topic: str, text: str, area: str = "") -> Reading:
    origin = Origin(topic, "", area=area) if area else None
    return Reading(Message(topic, b""), topic, Kind.TEXT, text, origin=origin)


def test_it_has_no_room_for_any_number_of_topics() -> None:
    board = Board(lambda to: "")
    for number in range(MOST_TOPICS):
        assert board.take(reading(f"home/{number:03}", "1"), ON, NOON)
    assert not board.take(reading("home/more", "1"), ON, NOON)
    assert board.take(reading("home/000", "2"), ON, NOON)
    lines = board.render(PHRASES).split("\n")
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == f"… {MOST_TOPICS - MOST_LINES} more topics"


def test_an_old_one_is_not_corrected() -> None:
    board = Board(lambda to: "id")
    board.address(["me"])
    board.take(reading("t", "1"), ON, NOON)
    assert board.say(NOON, SPEECH, str)[0].replaces == ""
    board.said("me", "id", NOON, PHRASES)
    board.take(reading("t", "2"), ON, NOON + 1)
    assert board.due_at == NOON + CORRECT_EVERY
    assert board.say(NOON + CORRECTABLE - 1, SPEECH, str)[0].replaces == "id"
    assert board.say(NOON + CORRECTABLE, SPEECH, str) == []
    assert board.due_at == NOON + board.every
    assert board.say(NOON + board.every, SPEECH, str)[0].replaces == ""


def test_a_clock_set_back_holds_nothing_back() -> None:
    board = Board(lambda to: "id")
    board.address(["me"])
    board.take(reading("t", "1"), ON, NOON)
    board.say(NOON, SPEECH, str)
    board.said("me", "id", NOON, PHRASES)
    board.take(reading("t", "2"), ON, NOON - 3_600)
    assert board.due_at <= NOON - 3_599
    assert board.say(NOON - 3_599, SPEECH, str)[0].replaces == ""


def test_who_has_it_as_it_is_hears_nothing() -> None:
    board = Board(lambda to: "id")
    board.address(["me"])
    board.take(reading("t", "1"), ON, NOON)
    assert "t" in board
    assert "u" not in board
    board.said("me", "id", NOON, PHRASES)
    board.take(reading("t", "1"), ON, NOON + 6)
    assert board.say(NOON + 6, SPEECH, str) == []
    assert board.take_told() == ["t"]
    board.drop(lambda subscription: False)
    assert board.due_at == NEVER
