"""The commands of the README."""

import json
import os
from pathlib import Path
import subprocess

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts to its end."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_setup_says_nothing_when_nothing_changed() -> None:
    done = run("scripts/setup")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_setup_refuses_what_it_does_not_know() -> None:
    assert run("scripts/setup", "--everything").returncode == 2


def test_the_pictures_know_their_languages() -> None:
    assert run("scripts/pictures", "--only", "tlh").returncode == 2


@pytest.mark.parametrize("embedded", ["", "1"], ids=["servers", "embedded"])
def test_the_demonstration_plays_its_conversation(embedded: str) -> None:
    done = run("scripts/demo", "--once", DINOX_DEMO_EMBEDDED=embedded)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_benchmark_measures_one_receiver_and_writes_what_it_found(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    only = ("--only", "reader", "--messages", "2000", "--repeats", "1")
    done = run("scripts/bench", *only, "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    rates = json.loads(file.read_text("utf-8"))["messages_per_cpu_second"]
    assert set(rates) == {"reader"}
    assert rates["reader"] > 0


def test_nothing_breaks_the_bot_under_attack(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = run("scripts/attack", "--short", "--json", str(file), "--directory", str(tmp_path / "inputs"))
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text("utf-8"))
    assert [figures[name] for name in ("exceptions", "streams_ended", "escapes")] == [0, 0, 0]
    assert all(figures[name] > 0 for name in ("payloads", "lines", "stanzas", "packets"))
    assert figures["longest_hold_ms"] <= 50
    assert figures["memory_growth_mb"] <= 50
    assert figures["breaches"] == []


def test_nothing_false_is_left_said_on_random_days(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = run("scripts/days", "--days", "100", "--seed", "3", "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text("utf-8"))
    assert figures.pop("breaches") == []
    assert figures.pop("days") == 100
    assert {"false_last_words", "missed", "held_at_end", "exceptions"} <= set(figures)
    assert set(figures.values()) == {0}


def test_no_alert_is_lost_or_told_twice_while_everything_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = run("scripts/chaos", "--short", "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text("utf-8"))
    places = (figures, figures["room"], figures["phone"])
    assert [place["sent"] for place in places] == [600, 600, 12]
    assert [(place["lost"], place["duplicates_unmarked"]) for place in places] == [(0, 0)] * 3
    assert figures["kills"] == {"home_assistant": 2, "broker": 2, "xmpp": 2}


def test_what_tells_once_tells_once_whenever_home_assistant_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = run("scripts/chaos", "--once", "40", "--kills", "2", "--json", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text("utf-8"))
    assert (figures["rules"], figures["kills"]) == (40, 2)
    assert (figures["lost"], figures["duplicates_unmarked"], figures["left"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("first_line", "hidden"),
    # A repeater has nothing but an update, which is not what it is there for.
    [("subscribe {filter}", []), ("follow all", ["Repeater"])],
    ids=["subscribed", "followed"],
)
def test_a_newcomer_reads_little_and_knows_how_everything_is(
    first_line: str, hidden: list[str], tmp_path: Path
) -> None:
    file, seeds = tmp_path / "figures.json", map(str, range(1, 9))
    done = run("scripts/homes", "--quiet", "--say", first_line, "--json", str(file), "--seed", *seeds)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(file.read_text("utf-8"))
    assert set(figures) == {"zigbee2mqtt", "tasmota", "esphome", "openmqttgateway", "opendtu"}
    for home in figures.values():
        assert 0 < home["messages"] <= 60
        assert 0 < home["longest_message_lines"] <= 12
        assert home["lines"] <= 200
        assert set(home["not_shown"]) <= set(hidden)
    assert figures["zigbee2mqtt"]["messages"] <= 15
    assert figures["opendtu"]["messages"] <= 6
