"""Replies and errors as chat text."""

from phrases import RealPhrases
import pytest

from bot.model.replies import BotError, Table, Text
from bot.rendering.replies import (
    MAX_CHARACTERS,
    MAX_ROWS,
    REASONS,
    explained,
    reason_text,
    render_error,
    render_reply,
)
from bot.text.durations import duration

PHRASES = RealPhrases()
COLUMNS = ("column_name", "column_value")


def table(count: int, *, keep_last: bool = False, more: Text | None = None, cell: str = "x") -> Table:
    rows = tuple((f"t{number}", cell) for number in range(count))
    return Table(Text("aliases"), COLUMNS, rows, more=more, keep_last=keep_last)


def test_a_sentence_is_translated_with_what_is_in_it() -> None:
    reply = Text("status", {"name": "Home", "state": Text("state_online")})
    assert render_reply(reply, PHRASES) == "Home: Online"
    assert render_reply(Text("state_waiting"), RealPhrases("de")) == "Wartet auf Daten…"


def test_a_key_with_a_dot_is_a_path() -> None:
    assert render_reply(Text("services.status.name"), PHRASES) == "Status"


def test_a_table_has_a_line_for_each_row() -> None:
    rows = (("a", "1"), ("b", ""), (Text("on"), Text("status", {"name": "x\ny", "state": "z"})))
    reply = Table(Text("aliases"), COLUMNS, rows, note=Text("off"))
    assert render_reply(reply, PHRASES) == "Aliases:\n• a — 1\n• b\n• on — x y: z\n\noff"


def test_rows_that_begin_with_a_label_read_as_such() -> None:
    rows = (("Broker", "connected", "", "since 14:54"), (Text("column_unread"), "0"), ("alone",))
    reply = Table(Text("aliases"), ("column_what", "column_value", "column_detail"), rows)
    assert render_reply(reply, PHRASES) == (
        "Aliases:\n• Broker: connected, since 14:54\n• Unread: 0\n• alone"
    )


def test_what_a_label_names_is_told_whole() -> None:
    rows = (("As typed", "x" * 400),)
    assert "x" * 400 in render_reply(Table(Text("aliases"), ("column_what", "column_value"), rows), PHRASES)
    assert "x" * 100 not in render_reply(Table(Text("aliases"), COLUMNS, rows), PHRASES)


def test_an_empty_table_says_so() -> None:
    assert render_reply(Table(Text("aliases"), COLUMNS, (), Text("history_nothing")), PHRASES) == (
        "Nothing has come in yet."
    )
    assert render_reply(Table(Text("aliases"), COLUMNS, ()), PHRASES) == "Aliases:"


def test_a_long_table_tells_what_is_left_out_and_how_to_see_it() -> None:
    lines = render_reply(table(MAX_ROWS + 2, more=Text("history_more")), PHRASES).splitlines()
    assert lines[1] == "• t0 — x"
    assert lines[-1] == "… and 2 more. Older ones are left out."


def test_a_table_may_keep_its_end() -> None:
    lines = render_reply(table(MAX_ROWS + 2, keep_last=True), PHRASES).splitlines()
    assert lines[1] == "• t2 — x"
    assert lines[-2:] == [f"• t{MAX_ROWS + 1} — x", "… and 2 more."]


def test_a_wide_table_is_cut_as_well() -> None:
    text = render_reply(table(MAX_ROWS, cell=" ".join("word" * 30 for _ in range(9))), PHRASES)
    assert len(text) < MAX_CHARACTERS + 100
    assert all(len(line) < 120 for line in text.splitlines())


def test_a_whole_line_stays_within_the_bound() -> None:
    rows = tuple(("x" * 80,) * 5 for _ in range(20))
    text = render_reply(Table(Text("aliases"), ("column_name",) * 5, rows), PHRASES)
    assert len(text) < MAX_CHARACTERS + 100
    assert "more" in text


def test_foreign_text_cannot_act() -> None:
    reply = Table(Text("aliases"), COLUMNS, (("xmpp:a@b?message", "a\0b"),))
    text = render_reply(reply, PHRASES)
    assert "xmpp:" not in text
    assert "\0" not in text
    assert "xmpp:" not in render_error(BotError("not_subscribed", filter="xmpp:a@b"), PHRASES)


def test_an_error_is_a_sentence() -> None:
    assert render_error(BotError("not_subscribed", filter="home/x"), PHRASES) == "home/x is not subscribed."


def test_an_error_quotes_no_novel() -> None:
    assert len(render_error(BotError("not_subscribed", filter="x" * 60_000), PHRASES)) < 600


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (45.9, "45 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (3601, "1 h"),
        (90_061, "1 d 1 h"),
        (86_400 * 30, "30 d"),
    ],
)
def test_a_time_span_has_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize("reason", sorted(REASONS))
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_reason_of_the_bots_own_is_told_in_words(reason: str, language: str) -> None:
    phrases = RealPhrases(language)
    words = phrases.phrase(f"common.reason_{reason}")
    assert reason_text(reason, phrases) == words
    assert "reason_" not in words
    assert render_reply(Text("refused_by", {"reason": reason}), phrases).endswith(words)
    assert render_error(BotError("upload_failed", reason=reason), phrases).endswith(words)


@pytest.mark.parametrize("reason", ["Server busy", "HTTP 507", "item-not-found", "", "{reason}"])
def test_a_reason_in_the_servers_words_stays_as_it_is(reason: str) -> None:
    assert reason_text(reason, RealPhrases("de")) == reason


def test_what_mqtt_has_a_name_for_is_told_in_the_users_language() -> None:
    assert reason_text("Not authorized", RealPhrases("de")) == "keine Berechtigung"
    assert reason_text("Not authorized", RealPhrases("en")) == "Not authorized"


def test_a_refusal_is_told_in_german_to_germans() -> None:
    told = render_reply(Text("refused", {"filter": "a/+", "reason": "no_wildcards"}), RealPhrases("de"))
    assert told == "Der Broker lehnt das Abonnement von a/+ ab: der Broker kennt keine Platzhalter (+ und #)"


@pytest.mark.parametrize(
    ("reason", "english", "german"),
    [
        ("[Errno 111] Connection refused", "nothing listens there", "dort lauscht nichts"),
        ("[Errno -2] Name or service not known", "no server found", "kein Server unter"),
        ("database or disk is full", "the disk is full", "der Datenträger ist voll"),
        ("Permission denied: /x", "not permitted", "nicht erlaubt"),
        ("something else", "something else", "something else"),
    ],
)
def test_errors_of_a_system_are_told_by_their_kind(reason: str, english: str, german: str) -> None:
    assert english in reason_text(reason, RealPhrases())
    assert german in reason_text(reason, RealPhrases("de"))


def test_a_reason_among_placeholders_is_told_in_words() -> None:
    assert explained({"name": "a"}, PHRASES) == {"name": "a"}
    told = explained({"name": "a", "reason": "offline"}, PHRASES)
    assert told == {"name": "a", "reason": reason_text("offline", PHRASES)}
