"""What `why` tells: one line for each who was told, however often, and the alert's own course."""

from datetime import UTC, datetime

from alert_rules import above
from fakes import GUEST, ME, NOON
from phrases import RealPhrases
import pytest

from bot.alerts.story import steps, story
from bot.model.alert import AlertEvent, Step
from bot.model.history import LedgerRow
from bot.model.moment import Moment
from bot.model.replies import Table, Text
from bot.rendering.replies import render_reply

PHONE = "notify.phone"


def when(at: float) -> Moment:
    return Moment(datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(NOON, UTC).date())


def event(step: Step, minute: float, value: str = "", who: str = "", note: str = "") -> AlertEvent:
    return AlertEvent(1, above().id, "s/1", step, NOON + 60 * minute, value, who, note)


def row(notice: str, state: str, minute: float, note: str = "", to: str = ME) -> LedgerRow:
    return LedgerRow(notice, to, state, NOON + 60 * minute, note)


def told(events: list[AlertEvent], ledger: list[LedgerRow], language: str = "en") -> list[str]:
    phrases = RealPhrases(language)
    rows = story(events, ledger, phrases, when)
    table = Table(Text("why_alone", {"number": "1", "rule": "Hot"}), ("column_what", "column_detail"), rows)
    return [line.removeprefix("• ") for line in render_reply(table, phrases).split("\n")[1:]]


COURSE = [
    event(Step.FIRED, 0, "-12.3 °C"),
    event(Step.TOLD, 0, who=ME, note="a"),
    event(Step.REPEATED, 10),
    event(Step.REPEATED, 20),
    event(Step.REPEATED, 30),
    event(Step.ACKNOWLEDGED, 31, who=ME, note="I go"),
    event(Step.RESOLVED, 60, "-18 °C"),
]
READ = [row("a", "queued", 0), row("a", "sent", 0), row("a", "received", 0), row("a", "read", 1)]


def test_a_story_in_both_languages() -> None:
    more = [row("b", "queued", 10), row("c", "sent", 20), row("c", "read", 21)]
    assert told(COURSE, READ + more) == [
        "fired 08:00: −12.3 °C",
        f"{ME}: received 08:00, read 08:01, then 2 more, the last read 08:21",
        "told again 3 times, last 08:30",
        f"acknowledged by {ME} 08:31: I go",
        "over 09:00: −18 °C",
    ]
    assert told(COURSE, READ + more, "de") == [
        "ausgelöst 08:00: −12,3 °C",
        f"{ME}: empfangen 08:00, gelesen 08:01, danach 2 weitere, die letzte gelesen 08:21",
        "3-mal erneut gemeldet, zuletzt 08:30",
        f"quittiert von {ME} 08:31: I go",
        "vorbei 09:00: −18 °C",
    ]


@pytest.mark.parametrize(
    ("ledger", "line"),
    [
        ([row("a", "queued", 0)], "waiting since 08:00"),
        ([row("a", "queued", 0), row("a", "sent", 1)], "sent 08:01"),
        (
            [row("a", "queued", 0), row("a", "failed", 1, "contact_unknown")],
            "failed 08:01, nobody is known there",
        ),
        ([row("a", "queued", 0), row("a", "retrying", 3, "timed out")], "not taken yet, tried 08:03"),
        ([row("a", "queued", 0), row("a", "retrying", 3), row("a", "accepted", 4)], "taken 08:04"),
        ([row("a", "held", 0), row("a", "queued", 2), row("a", "sent", 2)], "held back 08:00, sent 08:02"),
        ([row("a", "held", 0), row("a", "merged", 1, "x")], "held back 08:00, told with others 08:01"),
        (
            [
                *(row("a", "held", 0), row("a", "merged", 60, "x"), row("x", "queued", 60)),
                *(row("x", "received", 61), row("x", "read", 62)),
            ],
            "held back 08:00, received 09:01, read 09:02",
        ),
        (
            [row("a", "sent", 0), row("b", "failed", 1, "contact_unknown"), row("c", "sent", 2)],
            "sent 08:00, then 2 more, the last sent 08:02, failed 08:01, nobody is known there",
        ),
        (
            [row("a", "sent", 0), row("b", "failed", 1, "contact_unknown")],
            "sent 08:00, then one more, failed 08:01, nobody is known there",
        ),
    ],
)
def test_one_line_for_each_contact(ledger: list[LedgerRow], line: str) -> None:
    (told_to,) = (each for each in told(COURSE, ledger) if each.startswith(f"{ME}: "))
    assert told_to.startswith(f"{ME}: {line}")


def test_who_was_told_and_of_whose_notice_nothing_is_kept() -> None:
    events = [*COURSE, event(Step.TOLD, 2, who=GUEST, note="g"), event(Step.TOLD, 3, who=GUEST, note="h")]
    assert f"{GUEST}: told 08:02" in told(events, READ)
    assert sum(line.startswith(GUEST) for line in told(events, READ)) == 1


def test_why_it_ended_is_told_in_words() -> None:
    lines = told([event(Step.RESOLVED, 0, "5", note="cleared")], [row("p", "accepted", 0, to=PHONE)])
    assert lines == ["over 08:00: an empty message took the value away", f"{PHONE}: taken 08:00"]


def test_automations_get_every_step() -> None:
    every = steps(COURSE, READ)
    assert [each["step"] for each in every][:5] == ["fired", "queued", "sent", "received", "read"]
    assert len(every) == len(COURSE) - 1 + len(READ)
    assert every[1] == {"at": NOON, "step": "queued", "who": ME, "notice": "a", "note": ""}
