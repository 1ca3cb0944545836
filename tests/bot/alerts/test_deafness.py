"""What has to last, and what counts as silence, while the broker cannot be heard."""

from alert_rules import Watched, above, stale
from fakes import ME, World
from phrases import RealPhrases
import pytest

from bot.alerts.silence import GRACE
from bot.model.alert import AlertState, Step
from bot.model.rules import Contact, Display, Subscription
from bot.model.status import LinkStatus, Phase

ENGLISH = RealPhrases("en")

HIDDEN = Subscription("s/#", display=Display.SILENT)
ONLINE, OFFLINE = LinkStatus(Phase.ONLINE), LinkStatus(Phase.OFFLINE)
HOUR = 3600.0


def about_to_fire(hold: float = 600.0) -> World:
    """Return a bot in which a value has been too high for a minute."""
    world = World(HIDDEN, alerts=(above(topic="s/+", hold=hold),), contacts=(Contact(ME),))
    world.receive("s/1", "35")
    world.wait(60)
    return world


def go(world: World, status: LinkStatus) -> None:
    world.broker.status = status
    world.bot.broker_changed(status)


def alerts_in(said: list[str]) -> list[str]:
    return [text for text in said if "s/1" in text]


def test_what_has_to_last_does_not_fire_while_the_broker_is_away() -> None:
    world = about_to_fire()
    go(world, OFFLINE)
    world.wait(HOUR)
    assert not alerts_in(world.said)
    go(world, ONLINE)
    world.wait(GRACE - 10)
    assert not alerts_in(world.said)
    world.wait(20)
    world.later(2)
    assert len(alerts_in(world.said)) == 1


def test_what_was_queued_speaks_first_however_much_it_is() -> None:
    world = about_to_fire()
    go(world, OFFLINE)
    world.wait(HOUR)
    go(world, ONLINE)
    world.wait(10)
    for value in ("36", "37", "20"):
        world.receive("s/1", value)
    world.wait(HOUR)
    assert not alerts_in(world.said)


@pytest.mark.parametrize("away", [30.0, HOUR])
def test_a_restart_without_a_broker_fires_nothing(away: float) -> None:
    world = about_to_fire()
    world.bot.close()
    world.clock.time += away
    world.broker.status = OFFLINE
    world.restart()
    world.wait(HOUR)
    assert not alerts_in(world.said)
    go(world, ONLINE)
    world.wait(1)
    world.receive("s/1", "20", retain=True)
    world.wait(HOUR)
    assert not alerts_in(world.said)


def test_a_short_restart_goes_on_counting() -> None:
    world = about_to_fire()
    world.bot.close()
    world.clock.time += 30
    world.restart()
    world.wait(600 - 60 - 30 - 5)
    assert not alerts_in(world.said)
    world.wait(10)
    world.later(2)
    assert len(alerts_in(world.said)) == 1


@pytest.mark.parametrize("hold", [5.0, 60.0, 600.0])
def test_it_waits_no_longer_than_it_has_to_last(hold: float) -> None:
    world = World(HIDDEN, alerts=(above(topic="s/+", hold=hold),), contacts=(Contact(ME),))
    world.receive("s/1", "35")
    go(world, OFFLINE)
    world.wait(HOUR)
    go(world, ONLINE)
    world.later(min(hold, GRACE) + 0.1)
    world.later(2)
    assert len(alerts_in(world.said)) == 1


def test_a_connection_that_breaks_again_and_again_keeps_no_rule_from_firing() -> None:
    world = about_to_fire()
    for _ in range(20):
        go(world, OFFLINE)
        world.later(5)
        go(world, ONLINE)
        world.wait(60)
    assert len(alerts_in(world.said)) == 1


def test_a_restart_does_not_set_back_once_more_what_a_message_found_set_back() -> None:
    world = about_to_fire()
    world.bot.tick(world.clock.time)
    world.clock.time -= HOUR
    world.receive("s/1", "36")
    world.restart()
    world.wait(GRACE)
    assert not alerts_in(world.said)
    world.wait(600)
    assert len(alerts_in(world.said)) == 1


def test_what_needs_not_last_fires_with_the_first_message() -> None:
    world = World(HIDDEN, alerts=(above(topic="s/+"),), contacts=(Contact(ME),))
    go(world, OFFLINE)
    world.wait(HOUR)
    go(world, ONLINE)
    world.receive("s/1", "35", retain=True)
    world.later(2)
    assert len(alerts_in(world.said)) == 1


def test_the_absence_of_the_broker_itself_is_told_after_two_minutes() -> None:
    world = about_to_fire()
    go(world, OFFLINE)
    world.wait(150)
    assert "MQTT broker" in world.said[-1]


def test_silence_after_an_outage_is_told_with_its_true_last_time() -> None:
    world = World(HIDDEN, alerts=(stale(600.0, topic="s/+"),), contacts=(Contact(ME),))
    world.receive("s/1", "1")
    last = ENGLISH.write(world.bot.moment(world.clock.time))
    world.wait(300)
    go(world, OFFLINE)
    world.wait(HOUR)
    go(world, ONLINE)
    world.wait(290)
    assert not alerts_in(world.said)
    world.wait(60)
    (told,) = alerts_in(world.said)
    assert f"no message for 1 h 10 min, the last one {last}" in told


def test_a_learned_rhythm_does_not_count_what_nobody_could_hear() -> None:
    watched = Watched(stale(0.0))
    for _ in range(12):
        watched.value("1", after=10)
    watched.take(watched.engine.hear(False, watched.now))
    watched.pass_time(HOUR)
    watched.take(watched.engine.hear(True, watched.now))
    watched.value("1", after=GRACE + 5)
    alert = watched.engine.get("s1", "t")
    assert alert is not None
    assert alert.excused == 0.0
    assert max(amount for _, amount in alert.memory) == GRACE + 5


def test_what_was_queued_teaches_no_rhythm() -> None:
    """It comes at once when the broker is back: who speaks every five minutes is not silent then."""
    world = World(HIDDEN, alerts=(stale(0.0, topic="s/+"),), contacts=(Contact(ME),))
    for number in range(12):
        world.receive("s/1", f"{number}")
        world.wait(300)
    go(world, OFFLINE)
    world.wait(6 * HOUR)
    go(world, ONLINE)
    for number in range(72):
        world.receive("s/1", f"{number}")
    for number in range(3):
        world.wait(295)
        world.receive("s/1", f"{number}")
    assert not alerts_in(world.said)
    world.wait(HOUR)
    assert len(alerts_in(world.said)) == 1


def test_it_is_pending_until_then_and_survives_a_restart() -> None:
    watched = Watched(above(hold=600.0))
    watched.value("35")
    watched.take(watched.engine.hear(False, watched.now))
    watched.restart()
    watched.engine.follow_run(watched.now, watched.now)
    assert watched.later(HOUR) == []
    assert watched.state() is AlertState.PENDING
    watched.take(watched.engine.hear(True, watched.now))
    assert watched.later(GRACE - 1) == []
    assert watched.later(2) == [Step.FIRED]
