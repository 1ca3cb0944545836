"""What may be asked of a bot over MQTT, and by whom."""

import logging

from hypothesis import given, strategies as st
import pytest

from bot.model.message import Message
from bot.peers.remote import RemoteCommand, RemoteCommands

SECRET = "open sesame, please"
PAUSE = "dinox/bots/command/me/pause"
RECONNECT = "dinox/bots/command/me/reconnect"
EVERY = [
    (PAUSE, "ON", RemoteCommand.PAUSE),
    (PAUSE, "OFF", RemoteCommand.RESUME),
    (RECONNECT, "PRESS", RemoteCommand.RECONNECT),
]


def said(topic: str, payload: str) -> Message:
    return Message(topic, payload.encode())


@pytest.mark.parametrize(("topic", "word", "command"), EVERY)
def test_without_a_secret_whoever_may_publish_is_obeyed(
    topic: str, word: str, command: RemoteCommand
) -> None:
    commands = RemoteCommands("me", "")
    assert commands.read(said(topic, word), 0.0) is command
    assert commands.read(said(topic, f"{word} {SECRET}"), 0.0) is None


@pytest.mark.parametrize(("topic", "word", "command"), EVERY)
def test_with_a_secret_only_who_knows_it_is_obeyed(topic: str, word: str, command: RemoteCommand) -> None:
    commands = RemoteCommands("me", SECRET)
    assert commands.read(said(topic, f"{word} {SECRET}"), 0.0) is command
    for payload in (
        word,
        f"{word} ",
        f"{word} {SECRET[:-1]}",
        f"{word} {SECRET} ",
        f"{word}{SECRET}",
        SECRET,
    ):
        assert commands.read(said(topic, payload), 0.0) is None


def test_where_nobody_may_nobody_is_obeyed() -> None:
    assert RemoteCommands("me", None).read(said(PAUSE, "ON"), 0.0) is None


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("dinox/bots/command/other/pause", "ON"),
        ("dinox/bots/command/me2/pause", "ON"),
        ("dinox/bots/command/me", "ON"),
        ("dinox/bots/command/me/", "ON"),
        ("dinox/bots/command/me/pause/x", "ON"),
        ("dinox/bots/command/me/forget", "ON"),
        (PAUSE, ""),
        (PAUSE, "on"),
        (PAUSE, "PRESS"),
        (RECONNECT, "ON"),
        (PAUSE, "ON" + " " * 300),
    ],
)
def test_what_is_no_command_is_not_obeyed(topic: str, payload: str) -> None:
    assert RemoteCommands("me", "").read(said(topic, payload), 0.0) is None


@pytest.mark.parametrize("when", [{"retain": True}, {"repeated": True}])
def test_what_was_meant_for_another_time_is_not_obeyed(when: dict[str, bool]) -> None:
    assert RemoteCommands("me", "").read(Message(PAUSE, b"ON", **when), 0.0) is None


def test_a_flood_is_not_obeyed_and_a_wrong_secret_does_not_use_the_minute_up() -> None:
    commands = RemoteCommands("me", SECRET)
    for _ in range(1_000):
        assert commands.read(said(RECONNECT, "PRESS guess"), 0.0) is None
    obeyed = [commands.read(said(RECONNECT, f"PRESS {SECRET}"), 1.0) for _ in range(100)]
    assert obeyed == [RemoteCommand.RECONNECT] * 6 + [None] * 94
    assert commands.read(said(PAUSE, f"ON {SECRET}"), 62.0) is RemoteCommand.PAUSE


def test_it_is_said_once_why_and_never_what_was_tried(caplog: pytest.LogCaptureFixture) -> None:
    commands = RemoteCommands("me", SECRET)
    with caplog.at_level(logging.DEBUG):
        commands.read(said(PAUSE, f"ON {SECRET}x"), 0.0)
        commands.read(said("dinox/bots/command/me/" + "x" * 5_000, "ON guess"), 0.0)
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.DEBUG]
    assert SECRET not in caplog.text
    assert "guess" not in caplog.text
    assert len(caplog.records[1].getMessage()) < 400


@given(st.sampled_from([PAUSE, RECONNECT]), st.binary(max_size=300), st.sampled_from(["", SECRET, "ü" * 12]))
def test_no_payload_makes_reading_raise(topic: str, payload: bytes, secret: str) -> None:
    found = RemoteCommands("me", secret).read(Message(topic, payload), 0.0)
    assert found is None or payload in {b"ON", b"OFF", b"PRESS"}
