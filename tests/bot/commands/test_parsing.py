"""Chat text to command."""

from collections import deque

from hypothesis import given, strategies as st
import pytest

from bot.commands.catalogue import COMMANDS
from bot.commands.help import Help
from bot.commands.history import History
from bot.commands.messages import Publish
from bot.commands.parsing import _unknown, address, addressed, parse
from bot.commands.system import Status
from bot.commands.topics import Alias, Subscribe
from bot.model.message import QoS
from bot.model.replies import BotError
from bot.text.words import split_words


def split(text: str) -> list[str]:
    return [word.text for word in split_words(text)]


QUOTES = st.sampled_from(list("\"'“”„«»‘’‚ \n\tab/#+-="))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  \n ", []),
        ("status", ["status"]),
        ("  sub   home/#  ", ["sub", "home/#"]),
        ('"home/living room" x', ["home/living room", "x"]),
        ("'home/living room' x", ["home/living room", "x"]),
        ("„home/living room“ x", ["home/living room", "x"]),
        ("“home/living room” x", ["home/living room", "x"]),
        ("«home/living room» x", ["home/living room", "x"]),
        ("don't panic", ["don't", "panic"]),
        ("rock 'n roll", ["rock", "'n", "roll"]),
        ('"unbalanced words', ['"unbalanced', "words"]),
        ('say "it"s" now', ["say", 'it"s', "now"]),
        ('x ""', ["x", ""]),
        ('"a b"c', ['"a', 'b"c']),
        ("a\nb\u00a0c", ["a", "b", "c"]),
    ],
)
def test_splits_as_people_mean_it(text: str, words: list[str]) -> None:
    assert split(text) == words


@given(st.text() | st.text(QUOTES))
def test_splits_any_text(text: str) -> None:
    assert bare("".join(split(text))) == bare(text)


def bare(text: str) -> str:
    """Return what splitting may not lose: all but quotes and blanks."""
    return "".join(
        character for character in text if not character.isspace() and character not in "\"'“”„«»‘’‚"
    )


@given(st.text() | st.text(QUOTES))
def test_words_without_quotes_are_those_of_the_language(text: str) -> None:
    bare = "".join(character for character in text if character not in "\"'“”„«»‘’‚")
    assert split(bare) == bare.split()


def test_many_open_quotes_are_no_work() -> None:
    assert len(split("'a " * 50_000)) == 50_000


@pytest.mark.parametrize("text", ["/mqtt", " /mqtt status", "/MQTT\nstatus", "/mqtt\tx"])
def test_the_prefix_addresses_the_bot(text: str) -> None:
    assert addressed(text)


@pytest.mark.parametrize(
    "text", ["", "mqtt status", "/mqttstatus", "/mqtt-x", "please /mqtt status", "//mqtt"]
)
def test_other_text_does_not(text: str) -> None:
    assert not addressed(text)


@pytest.mark.parametrize("text", ["/mqtt status", "status", "  /MQTT   Status ", "STATUS"])
def test_finds_a_command_with_and_without_the_prefix(text: str) -> None:
    assert parse(text, COMMANDS) == Status()


@pytest.mark.parametrize("text", ["/mqtt", "/mqtt  ", "", "?", "/mqtt help", "/mqtt ?"])
def test_nothing_asks_for_help(text: str) -> None:
    assert parse(text, COMMANDS) == Help()


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ('pub t {"a":  1}', '{"a":  1}'),
        ("pub   t   on  ", "on"),
        ("pub t first\n  second\n", "first\n  second"),
        ('pub t "quoted text"', '"quoted text"'),
        ('pub t ""', ""),
        ("pub t “”", ""),
        ("pub t don't", "don't"),
        ("pub t -5", "-5"),
        ("pub t -- -r", "-r"),
        ("pub t on -r", "on -r"),
    ],
)
def test_a_payload_is_the_rest_as_it_is(text: str, payload: str) -> None:
    assert parse(text, COMMANDS) == Publish(topic="t", payload=payload)


@given(st.text(min_size=1).map(str.strip).filter(lambda text: text and text[0] not in "-\"'“”„«»‘’‚"))
def test_every_payload_arrives_unchanged(payload: str) -> None:
    command = parse(f"/mqtt publish some/topic {payload}", COMMANDS)
    assert isinstance(command, Publish)
    assert command.payload == payload


@pytest.mark.parametrize(
    "text",
    [
        "pub --qos 2 --retain t on",
        "pub t --qos 2 --retain on",
        "pub -r t -q 2 on",
        "pub --qos=2 --retain=yes t on",
        "publish -q=2 -r t -- on",
    ],
)
def test_options_stand_before_or_behind_the_topic(text: str) -> None:
    assert parse(text, COMMANDS) == Publish(topic="t", payload="on", qos=QoS.EXACTLY_ONCE, retain=True)


def test_a_quoted_option_is_a_word() -> None:
    assert parse("sub '--qos'", COMMANDS) == Subscribe(filter="--qos")


def test_an_option_takes_the_place_of_its_word() -> None:
    assert parse("hist --count 3 t", COMMANDS) == History(topic="t", count=3)


def test_a_dash_pair_is_a_word_where_there_are_no_options() -> None:
    assert parse("alias -- Name", COMMANDS) == Alias(topic="--", name="Name")


def test_a_subscription_takes_its_qos_as_a_word() -> None:
    assert parse('sub "living room/#" 2', COMMANDS) == Subscribe(filter="living room/#", qos=QoS.EXACTLY_ONCE)


def test_an_alias_needs_no_quotes_where_it_is_known() -> None:
    text = "hist Living  Room lamp 3"
    assert parse(text, COMMANDS, {"living room lamp"}) == History(topic="Living Room lamp", range="3")


def test_the_longest_alias_counts() -> None:
    aliases = {"living room", "living room lamp"}
    assert parse("pub living room lamp on", COMMANDS, aliases) == Publish(
        topic="living room lamp", payload="on"
    )


@pytest.mark.parametrize("name", ["Living room", '"Living room"', "„Living room“", "'Living room'"])
def test_a_name_needs_no_quotes_and_loses_them(name: str) -> None:
    assert parse(f"alias t {name}", COMMANDS) == Alias(topic="t", name="Living room")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("xyzzy", "unknown_command"),
        ("statsu", "unknown_command_similar"),
        ("status now", "too_many_words"),
        ("sub home/# 1 2", "too_many_words"),
        ("sub", "missing_parameter"),
        ("pub t", "missing_parameter"),
        ("sub t --qos", "missing_parameter"),
        ("sub t abc", "invalid_choice"),
        ("sub t 3", "invalid_choice"),
        ("pub --retain=perhaps t x", "invalid_choice"),
        ("hist t many", "invalid_span"),
        ("hist t 0", "invalid_count"),
        ("hist t 101", "invalid_count"),
        ("hist t --count 101", "invalid_number"),
        (f"sub {'t' * 1_001}", "too_long"),
        (f"alert t {'.' * 1_001}", "too_long"),
    ],
)
def test_says_what_is_wrong(text: str, key: str) -> None:
    with pytest.raises(BotError) as caught:
        parse(text, COMMANDS)
    assert caught.value.key == key


def test_only_what_is_published_may_be_long() -> None:
    assert parse(f"pub t {'x' * 100_000}", COMMANDS) == Publish(topic="t", payload="x" * 100_000)


def test_very_many_words_are_too_long_for_anything_but_a_payload() -> None:
    many = "a " * 100_000
    with pytest.raises(BotError) as caught:
        parse(f"alert t {many}", COMMANDS)
    assert caught.value.key == "too_long"
    assert parse(f"pub t {many}b", COMMANDS) == Publish(topic="t", payload=f"{many}b")


def test_suggests_what_is_near() -> None:
    with pytest.raises(BotError) as caught:
        parse("/mqtt subscrbe x", COMMANDS)
    assert caught.value.placeholders["similar"].startswith("/mqtt subscribe")


@given(st.text() | st.text(QUOTES), st.sampled_from([command.node for command in COMMANDS] + ["", "?"]))
def test_any_text_is_a_command_or_an_error(text: str, node: str) -> None:
    try:
        command: object = parse(f"/mqtt {node} {text}", COMMANDS, {"a b", "b a"})
    except BotError as err:
        command = err
    assert isinstance(command, (BotError, *COMMANDS))


def test_what_stands_before_a_command() -> None:
    assert [address(bare=bare, room=room) for bare in (False, True) for room in (False, True)] == [
        "/mqtt",
        "/mqtt",
        "",
        "mqtt",
    ]


def test_a_name_of_very_many_words_is_read_a_few_times_only() -> None:
    """A time may stand behind it: not at each of its words."""
    read: list[str] = []

    def check(text: str) -> None:
        read.append(text)
        raise BotError("invalid_span", span=text)

    text = " ".join(["word"] * 5_000)
    spoken = deque(split_words(text))
    assert _unknown(text, spoken, check) == "word"
    assert len(read) < 20
