"""Text that is no command: to a topic and back, or to a conversation agent."""

from collections.abc import Callable

from fakes import GUEST, ME, NOON, World, failing
from hypothesis import given, strategies as st
import pytest

from bot.dialogue.free_text import ECHO, MOST_WAITING
from bot.dialogue.hearing import MOST_ANSWERS, mistyped
from bot.model.message import Properties, QoS
from bot.model.rules import Contact, Ear, FreeText, Priority, Role, Subscription
from bot.model.utterance import Utterance
from bot.text.rate import MINUTE

ANN = "ann@example.org"
BEN = "ben@example.org"
PEOPLE = (
    Contact(ANN, role=Role.OPERATOR),
    Contact(BEN, role=Role.OPERATOR),
    Contact(GUEST, role=Role.VIEWER),
)
CHAT = FreeText(Ear.TOPIC, "dinox/chat", "dinox/response", timeout=30.0)
AGENT = FreeText(Ear.AGENT, agent="conversation.other")


def world_of(free_text: FreeText = CHAT, *subscriptions: Subscription, **more: object) -> World:
    return World(*subscriptions, contacts=PEOPLE, free_text=free_text, **more)  # type: ignore[arg-type]


async def say(world: World, text: str, who: str = ANN) -> None:
    await world.bot.hear(Utterance(who, text, "m1", world.clock.time))


def told(world: World, who: str) -> list[str]:
    return [notice.text for notice in world.outbox.notices if notice.to == who]


def respond(text: Callable[[bytes], str], world: World, *, correlated: bool = True) -> None:
    """Let something on the other side answer whatever is published, at once."""

    def answer(topic: str, payload: bytes, properties: Properties | None) -> None:
        assert properties is not None
        carried = Properties(correlation_data=properties.correlation_data) if correlated else Properties()
        world.receive(properties.response_topic, text(payload), properties=carried)

    world.broker.answer = answer


# To a topic.


async def test_a_text_is_published_and_its_answer_comes_back_to_who_asked() -> None:
    world = world_of()
    respond(lambda payload: f"OK: {payload.decode()}", world)
    await say(world, "  kitchen light on \n")
    assert world.broker.published == [("dinox/chat", b"kitchen light on", QoS.AT_LEAST_ONCE, False)]
    assert world.broker.properties == [
        Properties(
            response_topic="dinox/response", correlation_data=world.broker.properties[0].correlation_data
        )
    ]
    assert world.history.publishes[0][2] == f"chat:{ANN}"
    world.later(60)
    assert told(world, ANN) == ["OK: kitchen light on"]
    assert told(world, BEN) == []
    assert [reading.message.topic for reading, _ in world.history.appended] == ["dinox/response"]


async def test_two_who_ask_at_once_get_their_own_answers() -> None:
    world = world_of()
    await say(world, "one", ANN)
    await say(world, "two", BEN)
    first, second = (each.correlation_data for each in world.broker.properties if each)
    world.receive("dinox/response", "for two", properties=Properties(correlation_data=second))
    world.receive("dinox/response", "for one", properties=Properties(correlation_data=first))
    assert told(world, ANN) == ["for one"]
    assert told(world, BEN) == ["for two"]


async def test_an_answer_without_correlation_is_for_who_waits_longest() -> None:
    world = world_of()
    await say(world, "one", ANN)
    await say(world, "two", BEN)
    world.receive("dinox/response", "first")
    world.receive("dinox/response", "second")
    assert (told(world, ANN), told(world, BEN)) == (["first"], ["second"])


async def test_what_answers_nothing_is_an_ordinary_message() -> None:
    world = world_of()
    world.receive("dinox/response", "Hello from terminal")
    await say(world, "one", ANN)
    world.receive("dinox/response", "else", properties=Properties(correlation_data=b"of somebody else"))
    world.receive("dinox/response", "kept", retain=True)
    world.later(1)
    (text,) = told(world, ANN)
    assert text == told(world, BEN)[0]
    assert text.startswith("*dinox/response* Hello from terminal")
    assert "else" in text
    assert "📌" in text


async def test_a_second_answer_is_an_ordinary_message() -> None:
    world = world_of()
    await say(world, "sprit")
    world.receive("dinox/response", "one")
    world.receive("dinox/response", "two")
    world.later(1)
    assert told(world, ANN) == ["one", "*dinox/response* two"]
    assert told(world, BEN) == ["*dinox/response* two"]


async def test_without_an_answer_in_time_that_is_said_and_a_late_one_is_ordinary() -> None:
    world = world_of()
    await say(world, "anybody there")
    assert world.clock.alarms[-1] == NOON + 30
    world.later(29)
    assert told(world, ANN) == []
    world.later(1)
    assert told(world, ANN) == ["No answer came within 30 s."]
    world.receive("dinox/response", "here I am")
    world.later(1)
    assert told(world, BEN) == ["*dinox/response* here I am"]


async def test_a_clock_set_back_ends_the_waiting() -> None:
    world = world_of()
    await say(world, "anybody there")
    world.later(-3600)
    assert told(world, ANN) == ["No answer came within 30 s."]


async def test_other_alarms_leave_the_question_waiting() -> None:
    world = world_of(CHAT, Subscription("home/x"))
    await say(world, "anybody there")
    world.later(15)
    world.receive("home/x", "1")
    world.later(1)
    assert world.clock.alarms[-1] == NOON + 30


async def test_what_cannot_be_published_is_told_and_not_waited_for() -> None:
    world = world_of()
    world.broker.failure = failing("not_connected")
    await say(world, "one")
    world.receive("dinox/response", "late")
    world.later(31)
    assert told(world, ANN) == ["There is no connection to the broker now.", "*dinox/response* late"]
    world.broker.failure = None
    world.receive("dinox/chat", "one")
    assert world.bot._questions.due_at == float("inf")


async def test_without_a_response_topic_it_says_that_it_was_published() -> None:
    world = world_of(FreeText(Ear.TOPIC, "dinox/chat"))
    await say(world, "the news")
    assert told(world, ANN) == ["Published to dinox/chat."]
    assert world.broker.properties == [None]
    assert "dinox/response" not in world.broker.wanted[-1]


@pytest.mark.parametrize(
    ("subscriptions", "wanted"),
    [
        ((), {"dinox/response": QoS.AT_LEAST_ONCE}),
        ((Subscription("dinox/#", qos=QoS.AT_MOST_ONCE),), {"dinox/#": QoS.AT_MOST_ONCE}),
        ((Subscription("dinox/response", qos=QoS.EXACTLY_ONCE),), {"dinox/response": QoS.EXACTLY_ONCE}),
    ],
)
def test_the_response_topic_is_subscribed_to_and_no_other_qos_is_touched(
    subscriptions: tuple[Subscription, ...], wanted: dict[str, QoS]
) -> None:
    world = World(*subscriptions, free_text=CHAT, discovery_prefix="")
    assert world.broker.wanted[-1] == wanted


async def test_an_urgent_answer_is_for_everybody() -> None:
    world = world_of(CHAT, Subscription("dinox/response", priority=Priority.ALERT))
    await say(world, "one")
    world.receive("dinox/response", "fire")
    world.later(2)
    assert told(world, ANN)[0] == "fire"
    assert any("fire" in text for text in told(world, BEN))


async def test_what_a_contact_has_said_does_not_come_back_to_the_chat() -> None:
    world = world_of(CHAT, Subscription("dinox/#"))
    await say(world, "one")
    await say(world, "two")
    for text in ("two", "one", "one", "three"):
        world.receive("dinox/chat", text)
    world.later(1)
    (shown,) = told(world, BEN)
    assert (shown.count("one"), shown.count("two"), shown.count("three")) == (1, 0, 1)
    await say(world, "four")
    world.later(ECHO)
    world.receive("dinox/chat", "four")
    world.later(3)
    assert "four" in told(world, BEN)[-1]


async def test_an_answer_does_not_wait_for_do_not_disturb() -> None:
    world = world_of()
    world.bot.do_not_disturb.set_contact(ANN, True)
    await say(world, "one")
    world.receive("dinox/response", "now")
    assert told(world, ANN) == ["now"]


async def test_a_bound_on_what_is_waited_for() -> None:
    world = world_of()
    for number in range(MOST_WAITING):
        await say(world, f"question {number}")
    await say(world, "one more", BEN)
    assert len(world.broker.published) == MOST_WAITING
    assert told(world, BEN) == ["Too many questions wait for an answer. Try again later."]


async def test_who_may_only_look_publishes_nothing() -> None:
    world = world_of()
    await say(world, "open the door", GUEST)
    assert world.broker.published == []
    assert "operator" in told(world, GUEST)[0]


async def test_a_json_answer_is_shown_by_its_fields() -> None:
    world = world_of()
    await say(world, "how warm")
    world.receive("dinox/response", '{"kitchen": 21.5, "bath": 23}')
    assert told(world, ANN) == ["kitchen 21.5 · bath 23"]


# What is never free text.


@pytest.mark.parametrize(
    "text",
    ["/mqtt statsu", "/mqttstatus", " /mqtt publish a b c", "/mqt status", "mqtt status", "/status", "/MQTT"],
)
async def test_a_mistyped_command_is_never_published(text: str) -> None:
    world = world_of()
    await say(world, text)
    assert ("dinox/chat", text.strip().encode(), QoS.AT_LEAST_ONCE, False) not in world.broker.published
    assert all(topic != "dinox/chat" for topic, *_ in world.broker.published)
    assert len(told(world, ANN)) == 1


async def test_a_command_is_a_command() -> None:
    world = world_of()
    await say(world, "topics")
    assert world.broker.published == []
    assert "subscribe" in told(world, ANN)[0]


@pytest.mark.parametrize("text", ["/me waves", "status please", "the mqtt broker", "💡"])
def test_these_are_no_commands(text: str) -> None:
    assert not mistyped(text)


@given(st.text())
def test_what_begins_like_a_command_is_taken_for_one(text: str) -> None:
    assert mistyped(f"/mqtt{text}")


async def test_off_means_that_it_says_what_it_understands() -> None:
    world = world_of(FreeText())
    await say(world, "the weather is fine")
    await say(world, "/mqttstatus", BEN)
    assert world.broker.published == []
    assert "help" in told(world, ANN)[0]
    assert "help" in told(world, BEN)[0]


@pytest.mark.parametrize("text", ["status please", "histroy x", "who are you", "what happened last night"])
async def test_free_text_is_only_what_the_bot_does_not_understand(text: str) -> None:
    world = world_of()
    await say(world, text)
    assert world.broker.published == []
    assert len(told(world, ANN)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "help me with my tax form",
        "yes",
        "👍",
        "turn on the telly",
        "how warm is the telly",
        "is the light on",
    ],
)
async def test_what_it_cannot_answer_is_for_the_agent(text: str) -> None:
    world = World(contacts=(Contact(ME, user="u1"),), free_text=AGENT)
    await say(world, text, ME)
    assert [asked for asked, *_ in world.agent.asked] == [text]
    assert told(world, ME) == [f"You said: {text}"]


async def test_blanks_alone_are_not_published() -> None:
    world = world_of()
    await say(world, "  \n")
    assert world.broker.published == []


# To a conversation agent.


async def test_an_agent_is_asked_in_the_name_of_the_contacts_user() -> None:
    world = World(
        contacts=(Contact(ME, user="u1"), Contact(GUEST, role=Role.VIEWER, user="u2")), free_text=AGENT
    )
    await say(world, " turn on the light ", ME)
    await say(world, "is it warm", GUEST)
    assert world.agent.asked == [
        ("turn on the light", ME, "conversation.other", "u1"),
        ("is it warm", GUEST, "conversation.other", "u2"),
    ]
    assert told(world, ME) == ["You said: turn on the light"]


async def test_without_a_user_no_agent_is_asked() -> None:
    world = World(free_text=AGENT)
    await say(world, "turn on the light", ME)
    assert world.agent.asked == []
    assert "user of Home Assistant" in told(world, ME)[0]


@pytest.mark.parametrize(("who", "asked"), [(ME, True), (GUEST, False)])
async def test_with_the_option_an_operator_needs_no_user(who: str, asked: bool) -> None:
    world = World(free_text=FreeText(Ear.AGENT, without_user=True))
    await say(world, "turn on the light", who)
    assert bool(world.agent.asked) is asked
    assert ("operator" in told(world, who)[0]) is not asked


async def test_what_goes_wrong_with_the_agent_is_told() -> None:
    world = World(contacts=(Contact(ME, user="u1"),), free_text=AGENT)
    world.agent.failure = failing("agent_failed", reason="no such agent")
    await say(world, "the news", ME)
    world.agent.failure = RuntimeError("bug")
    await say(world, "the news again", ME)
    assert told(world, ME)[0] == "The assistant could not answer: no such agent"
    assert "log" in told(world, ME)[1]


async def test_an_agent_cannot_make_the_client_act_and_its_answer_is_bounded() -> None:
    world = World(contacts=(Contact(ME, user="u1"),), free_text=AGENT)
    await say(world, "xmpp:a@b?message;body=x", ME)
    await say(world, "x" * 5_000, ME)
    assert "xmpp:a@b" not in told(world, ME)[0]
    assert told(world, ME)[1].endswith("x…")
    assert len(told(world, ME)[1]) == 4_001


async def test_two_bots_that_answer_each_other_come_to_rest() -> None:
    here = World(contacts=(Contact(GUEST, role=Role.VIEWER),), free_text=CHAT)
    there = World(contacts=(Contact(ME, user="u1"),), free_text=AGENT)
    text = "the news"
    for turn in range(3 * MOST_ANSWERS):
        world, who = ((here, GUEST), (there, ME))[turn % 2]
        world.outbox.notices.clear()
        await say(world, text, who)
        if not world.said:
            break
        text = world.said[0]
    assert turn == 2 * MOST_ANSWERS
    here.later(MINUTE)
    await say(here, "the news", GUEST)
    assert here.said


async def test_what_is_said_often_is_published_all_the_same() -> None:
    world = world_of()
    for number in range(MOST_ANSWERS + 2):
        await say(world, f"line {number}")
    assert len(world.broker.published) == MOST_ANSWERS + 2
    world.broker.failure = failing("not_connected")
    world.outbox.notices.clear()
    await say(world, "line")
    assert world.said == []


async def test_an_agent_is_not_asked_without_end() -> None:
    world = World(contacts=(Contact(ME, user="u1"),), free_text=AGENT)
    for number in range(MOST_ANSWERS + 2):
        await say(world, f"line {number}", ME)
    assert len(world.agent.asked) == MOST_ANSWERS


async def test_what_looks_like_a_command_is_not_published_where_commands_need_mqtt() -> None:
    world = world_of(bare_commands=False)
    await say(world, "/statsu")
    assert world.broker.published == []
    assert told(world, ANN) == [
        "There is no command “statsu”. Did you mean /mqtt status, /mqtt dbstats? See /mqtt help"
    ]
