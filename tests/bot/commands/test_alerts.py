"""Commands about alert rules: made, listed, changed, removed, rehearsed."""

from dataclasses import replace

from fakes import NOON, World
import pytest

from bot.commands.alerts import Alert, Alerts, RmAlert, Rule, Try
from bot.model.replies import Caller, Surface, Table, Text
from bot.model.rules import AlertRule, Condition, Operator, Priority, Role, Subscription

HOME = Subscription("home/#")
FREEZER = Subscription("home/freezer", alias="Freezer")
ADMIN = Caller(Surface.ACTION, "ha", Role.ADMIN)
DAY = 86_400.0


def rules(world: World) -> tuple[AlertRule, ...]:
    return world.bot.rules.alerts


def over_days(world: World, topic: str, *values: str, every: float = 600.0) -> None:
    """Let values come in, one every ten minutes; the clock is then at the last one."""
    for value in values:
        world.receive(topic, value)
        world.later(every)


# alert


async def test_a_rule_is_made_and_says_what_it_does() -> None:
    world = World(HOME, FREEZER)
    world.receive("home/freezer", "-18 °C")
    answer = await world.ask("/mqtt alert freezer > -15 for 5m critical")
    assert answer == (
        "Alert rule 1, “Freezer > −15 °C”. Tell it as critical when Freezer is above −15 for 5 min."
    )
    (made,) = rules(world)
    assert made == AlertRule(
        "home/freezer",
        Condition(Operator.ABOVE, ("-15",)),
        name="Freezer > −15 °C",
        id="rule1",
        number=1,
        hold=300.0,
        priority=Priority.CRITICAL,
    )


async def test_a_rule_is_called_by_what_it_asks_for() -> None:
    world = World(HOME)
    await world.ask("alert home/temperature temperature > 30")
    await world.ask("alert home/temperature temperature < 3 for 5m")
    await world.ask("alert home/temperature temperature < 3 critical")
    assert [rule.name for rule in rules(world)] == [
        "home/temperature temperature > 30",
        "home/temperature temperature < 3",
        "home/temperature temperature < 3 (2)",
    ]


async def test_an_alias_of_many_topics_stands_for_its_filter() -> None:
    world = World(Subscription("home/+/door", alias="Any Door"))
    await world.ask("alert any door OPEN")
    assert (rules(world)[0].filter, rules(world)[0].name) == ("home/+/door", "Any Door = OPEN")


async def test_what_is_no_topic_filter_is_refused() -> None:
    world = World(HOME)
    assert "“home/#/x” is not a topic filter" in await world.ask("alert home/#/x > 5")
    assert rules(world) == ()


async def test_a_rule_without_condition_is_explained() -> None:
    assert "home/freezer > -15" in await World(HOME).ask("alert home/x")


async def test_topics_with_dots_stay_whole_once_they_came_in() -> None:
    world = World(Subscription("#"))
    world.receive("net/host.local", "up")
    await world.ask("alert net/host.local != up")
    assert (rules(world)[0].filter, rules(world)[0].field) == ("net/host.local", "")


async def test_a_bare_field_finds_its_topic() -> None:
    world = World(HOME)
    world.receive("home/a", '{"temp": 20}')
    world.receive("home/b", '{"hum": 20}')
    answer = await world.ask("alert temp > 30")
    assert "temp of home/a is above 30" in answer
    assert (rules(world)[0].filter, rules(world)[0].field) == ("home/a", "temp")


async def test_a_bare_word_that_is_no_field_is_a_topic_after_a_yes() -> None:
    world = World(HOME)
    world.receive("home/a", '{"hum": 20}')
    asked = await world.ask("alert temp > 30")
    assert asked == "Nothing is known of “temp”. Make the rule all the same? yes or no"
    assert rules(world) == ()
    answer = await world.ask("yes")
    assert "temp is not subscribed: the bot listens to it for this rule only." in answer
    assert (rules(world)[0].filter, rules(world)[0].field) == ("temp", "")


async def test_a_bare_field_of_many_topics_takes_the_narrowest_subscription() -> None:
    world = World(Subscription("#"), HOME)
    world.receive("home/a", '{"temp": {"in": 20}}')
    world.receive("home/b", '{"temp": {"in": 20}}')
    await world.ask("alert temp.in > 30")
    assert (rules(world)[0].filter, rules(world)[0].field) == ("home/#", "temp.in")


async def test_a_bare_field_of_topics_without_a_common_subscription_is_asked_about() -> None:
    world = World(Subscription("a"), Subscription("b"))
    world.receive("a", '{"temp": 20}')
    world.receive("b", '{"temp": 20}')
    assert await world.ask("alert temp > 30") == (
        "Which “temp”?\n1 a temp\n2 b temp\nAnswer with a number or a word: a, b"
    )
    assert "temp of b is above 30" in await world.ask("2")
    assert (rules(world)[0].filter, rules(world)[0].field) == ("b", "temp")


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("lamp > 5", "> needs a number, but the newest value is “warming up”."),
        ("temp != ! 3", "The newest value is 20, and “! 3” is no number"),
    ],
)
async def test_a_rule_that_may_never_fire_says_so(text: str, doubt: str) -> None:
    world = World(HOME)
    world.receive(
        "home/x", '{"temp": 20, "door": "OPEN", "power": "3 W", "lamp": "warming up", "count": "3 Stk."}'
    )
    answer = await world.ask(f"alert home/x {text}")
    assert doubt in answer
    assert answer.count("⚠") == 1
    assert len(rules(world)) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("temp > warm", "This rule can never fire: its limit is no number."),
        ("temp > 5 and warm", "Behind “and” or “or” stands a whole condition"),
        ("temp == warm", "The newest value is 20, and “warm” is no number: they are never the same."),
        ("temp between 5 kg and 20 °C", "This rule can never fire: the units of its limits"),
        ("power > 5 kg", "It reports 3 W now, which cannot be compared with kg: the rule would never fire."),
        ("power > 5 for", "cannot be compared with for"),
        ("power == 5 kg", "cannot be compared with kg"),
        ("power != 5 kg", "cannot be compared with kg"),
        ("power rises 5 kg in 1h", "cannot be compared with kg"),
        ("power between 5 kg and 6 kg", "cannot be compared with kg"),
        ("count > 5 Stück", "It reports 3 Stk. now, which cannot be compared with Stück"),
    ],
)
async def test_a_rule_that_can_never_fire_is_not_made(text: str, why: str) -> None:
    world = World(HOME)
    world.receive("home/x", '{"temp": 20, "door": "OPEN", "power": "3 W", "count": "3 Stk."}')
    assert why in await world.ask(f"alert home/x {text}")
    assert rules(world) == ()


async def test_a_rule_is_not_changed_to_another_quantity() -> None:
    world = World(HOME)
    world.receive("home/x", '{"power": "3 W", "level": 5}')
    await world.ask("alert home/x power > 5 kW as Power")
    assert "It reports 3 W now, which cannot be compared with kg" in await world.ask("rule Power > 5 kg")
    assert rules(world)[0].condition.values == ("5 kW",)
    await world.ask("rule Power off")
    assert not rules(world)[0].enabled
    assert "Alert rule 2" in await world.ask("alert home/x level > 5 kg")


async def test_a_word_with_and_in_it_is_a_word() -> None:
    world = World(HOME)
    await world.ask("alert home/x mode is heat and cool")
    assert rules(world)[0].condition.values == ("heat and cool",)


async def test_a_rule_about_something_silent_or_binary_says_so() -> None:
    world = World(HOME)
    assert "⚠ Nothing has come in on home/x so far." in await world.ask("alert home/x > 5")
    world.receive("home/x", "")
    assert "have no value to compare" in await world.ask("alert home/x > 6")


async def test_what_is_wrong_already_is_told_by_a_rule_that_is_made_now() -> None:
    world = World(Subscription("home/#"), Subscription("garden/#"))
    world.receive("home/door", "OPEN", retain=True)
    assert world.broker.renewed == []
    await world.ask("alert home/door == OPEN as Door")
    assert world.broker.renewed == ["home/#"]
    world.receive("home/door", "OPEN", retain=True)  # the broker brings it once more
    assert [alert.topic for alert in world.bot.alerts.active] == ["home/door"]


async def test_a_second_rule_on_a_topic_that_only_rules_listen_to_hears_what_is_wrong_already() -> None:
    world = World()
    await world.ask("alert home/door == CLOSED")
    await world.ask("yes")
    world.receive("home/door", "OPEN", retain=True)
    world.broker.renewed.clear()
    await world.ask("alert home/door == OPEN as Door")
    assert world.broker.renewed == ["home/door"]
    await world.ask("alert home/+ == OPEN as Doors")
    assert world.broker.renewed == ["home/door"]  # what is asked for anew brings what is retained by itself


@pytest.mark.parametrize(
    ("change", "renewed"),
    [
        ("rule door off", []),
        ("rule door critical", []),
        ("rule door == CLOSED", ["home/#"]),
        ("alert shed == OPEN", []),
    ],
)
async def test_only_a_rule_that_asks_something_new_is_asked_again(change: str, renewed: list[str]) -> None:
    world = World(Subscription("home/#"))
    await world.ask("alert home/door == OPEN as Door")
    world.broker.renewed.clear()
    await world.ask(change)
    assert world.broker.renewed == renewed


async def test_a_rule_that_is_switched_on_again_is_asked_again() -> None:
    world = World(Subscription("home/#"))
    await world.ask("alert home/door == OPEN as Door")
    await world.ask("rule door off")
    world.broker.renewed.clear()
    await world.ask("rule door on")
    assert world.broker.renewed == ["home/#"]


async def test_what_only_a_rule_wants_is_listened_to() -> None:
    world = World()
    assert "Nothing is known of “$share/bots/home/x”" in await world.ask("alert $share/bots/home/x > 5")
    assert "To see its messages too: subscribe $share/bots/home/x" in await world.ask("yes")
    assert "home/y > 5" not in await world.ask("alert home/y > 5")


async def test_a_rule_made_by_an_action_answers_facts() -> None:
    world = World(HOME)
    reply = await world.bot.execute(Alert(topic="home/x", condition="> 5 clear 4 for 1m"), ADMIN)
    assert isinstance(reply, Text)
    assert reply.facts == {
        "number": 1,
        "name": "home/x > 5",
        "filter": "home/x",
        "field": "",
        "rule": 'home/x > 5 for 1m clear 4 as "home/x > 5"',
        "operator": ">",
        "values": ["5"],
        "clear": "4",
        "missing_clears": False,
        "seconds": 0.0,
        "for": 60.0,
        "only": "",
        "after": "",
        "then": "",
        "afterwards": "",
        "picture": "",
        "either": False,
        "others": [],
        "once": False,
        "text": "",
        "until": None,
        "contacts": [],
        "every": 0.0,
        "priority": "alert",
        "enabled": True,
        "alerts": [],
        "blind": [],
        "warnings": ["rule_unseen"],
    }


# alerts


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("freezer > -15", "Freezer > −15 °C"),
        ("freezer > -15,5", "Freezer > −15.5 °C"),
        ("freezer > 5 °F", "Freezer > 5 °F"),
        ("freezer between -20 and -10", "Freezer between −20 and −10"),
        ("home/+ > -15", "home/+ > −15"),
    ],
)
async def test_a_rule_is_called_after_its_limit_with_the_unit_and_found_without(
    asked: str, name: str
) -> None:
    world = World(HOME, FREEZER)
    world.receive("home/freezer", "-18 °C")
    world.receive("home/cellar", "60 %")
    assert f"“{name}”" in await world.ask(f"alert {asked}")
    typed = name.replace("−", "-").removesuffix(" °C")
    assert f"1. {name} — " in await world.ask(f"alerts {typed}")
    world.receive("home/freezer", "-12 °C")
    world.later(5)
    assert not any("−15 °C)" in text or "-15" in text for text in world.said)
    assert name in await world.ask(f"rmalert {typed}")
    assert rules(world) == ()


async def test_the_rules_are_listed_with_what_they_report() -> None:
    world = World(HOME, FREEZER)
    assert await world.ask("alerts") == (
        "There are no alert rules. Make one with alert home/freezer > -15 for 5m"
    )
    await world.ask("alert freezer > -15 °C")
    await world.ask('alert home/+ door == OPEN critical as "Doors"')
    await world.ask("rule doors off")
    world.receive("home/freezer", "-10 °C")
    world.later(120)
    assert await world.ask("alerts") == (
        "Alert rules: 2, alerts now: 1\n"
        "• ✔ 1. Freezer > −15 °C — alert\n"
        "• ↳ ⚠ #1 Freezer — −10 °C — firing — since 08:00 (2 min)\n"
        "• ✘ 2. Doors — home/+ door = OPEN — critical"
    )
    await world.ask("ack 1")
    assert "acknowledged by me@example.org" in await world.ask("alerts")


async def test_the_list_is_narrowed_down() -> None:
    world = World(HOME)
    await world.ask("alert home/x > 5 as First")
    await world.ask("alert home/+ > 5 as Second")
    world.receive("home/kitchen", "7")
    for word, found in (("first", "First"), ("#2", "Second"), ("home/x", "First"), ("KITCHEN", "Second")):
        answer = await world.ask(f"alerts {word}")
        assert "Alert rules: 1," in answer
        assert found in answer
    assert await world.ask("alerts garage") == "No alert rule has “garage” in its name or topic."


async def test_the_list_answers_facts() -> None:
    world = World(HOME)
    await world.ask("alert home/x > 5")
    world.receive("home/x", "7 W")
    reply = await world.bot.execute(Alerts(), ADMIN)
    assert isinstance(reply, Table)
    assert reply.facts[0]["alerts"] == [
        {
            "number": 1,
            "topic": "home/x",
            "name": "home/x",
            "state": "firing",
            "value": "7 W",
            "since": NOON,
            "peak": "7 W",
            "acknowledged_by": "",
        }
    ]


# rmalert


@pytest.mark.parametrize("handle", ["1", "#1", "ice box", '"Ice Box"'])
async def test_a_rule_is_removed(handle: str) -> None:
    world = World(HOME)
    await world.ask("alert home/x > 5 as Ice Box")
    assert await world.ask(f"rmalert {handle}") == "Alert rule 1, “Ice Box”, is removed."
    assert rules(world) == ()
    assert await world.ask("delalert 1") == "There are no alert rules."


async def test_a_rule_that_is_not_there_cannot_be_removed() -> None:
    world = World(HOME)
    await world.ask("alert home/x > 5 as Freezer")
    assert await world.ask("rmalert freezr") == "There is no alert rule “freezr”. Similar: Freezer"
    assert await world.ask("rmalert 7") == "There is no alert rule “7”."
    reply = await world.bot.execute(RmAlert(rule="freezer"), ADMIN)
    assert isinstance(reply, Text)
    assert reply.facts["name"] == "Freezer"


# rule


async def with_rule(world: World, text: str) -> AlertRule:
    await world.ask(f"alert {text}")
    return rules(world)[-1]


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("rule 1 off", {"enabled": False}),
        ("rule ice box off", {"enabled": False}),
        ('rule "ice box" off', {"enabled": False}),
        ("rule #1 > 7", {"condition": Condition(Operator.ABOVE, ("7",))}),
        ("rule ice box > -12 for 10m", {"condition": Condition(Operator.ABOVE, ("-12",)), "hold": 600.0}),
        ('rule 1 as "Icebox"', {"name": "Icebox"}),
        ("rule 1 as Ice BOX", {"name": "Ice BOX"}),
        ("rule 1 critical", {"priority": Priority.CRITICAL}),
    ],
)
async def test_a_rule_is_changed(text: str, change: dict[str, object]) -> None:
    world = World(HOME)
    before = await with_rule(world, "home/x > 5 as Ice Box")
    answer = await world.ask(text)
    assert answer.startswith("Alert rule 1, “"), answer
    assert rules(world) == (replace(before, **change),)  # type: ignore[arg-type]


async def test_a_name_that_is_taken_is_not_taken_twice() -> None:
    world = World(HOME)
    await with_rule(world, "home/x > 5 as One")
    await with_rule(world, "home/x > 6 as Two")
    await world.ask("rule two as one")
    assert rules(world)[1].name == "one 2"


async def test_an_unknown_rule_and_an_unknown_change_say_so() -> None:
    world = World(HOME)
    await with_rule(world, "home/x > 5 as One")
    assert await world.ask("rule oen off") == "There is no alert rule “oen”. Similar: One"
    assert "I do not understand “banana”" in await world.ask("rule one banana")


async def test_a_rule_is_shown_in_full() -> None:
    world = World(HOME)
    made = await with_rule(world, "home/x temp > 5 for 1m as One")
    assert await world.ask("rule one") == (
        "Alert rule 1, “One”:\n"
        "• Rule: Tell it as an alert when temp of home/x is above 5 for 1 min.\n"
        "• Topic filter: home/x\n"
        "• Field: temp\n"
        '• As typed: home/x temp > 5 for 1m as "One"'
    )
    await world.bot.ports.rules.put_alert(
        replace(
            made,
            hold=0.0,
            field="",
            contacts=("me@example.org",),
            targets=("notify.phone",),
            escalate_after=600.0,
            escalate_to=("notify.tablet",),
        )
    )
    world.receive("home/x", "9")
    answer = await world.ask("rule one")
    assert "• Tells: me@example.org\n• Notifies: notify.phone\n" in answer
    assert "• Unacknowledged: every 10 min the next of: notify.tablet" in answer
    assert "⚠ #1 home/x: 9, firing" in answer
    reply = await world.bot.execute(Rule(rule="1"), ADMIN)
    assert isinstance(reply, Table)
    assert reply.facts[0]["rule"] == 'home/x > 5 as "One"'


# try


async def test_a_new_rule_is_rehearsed() -> None:
    world = World(HOME)
    over_days(world, "home/x", "4", "6", "6.5", "4", "7", "3")
    assert await world.ask("try home/x > 5") == (
        "Tell it as an alert when home/x is above 5.\n"
        "Over the last 1 h (6 messages) it would have fired 2×, at the longest for 20 min.\n"
        "With > 7 it would never have fired."
    )
    assert rules(world) == ()


async def test_a_rehearsal_honours_how_long_it_must_last() -> None:
    world = World(HOME)
    over_days(world, "home/x", "4", "9", "6", "5", "20", "3")
    answer = await world.ask("try alert home/x >= 5 for 15m")
    assert "fired 1×" in answer
    assert "With >= 6.1" not in answer
    assert "With >= 7 it would never have fired." in answer
    assert "it would never have fired." in await world.ask("try home/x >= 7 for 15m")


async def test_a_rehearsal_downwards() -> None:
    world = World(HOME)
    over_days(world, "home/x", "4.5 kW", "2.5 kW", "4 kW")
    assert "With < 2.5 kW it would never have fired." in await world.ask("try home/x < 3 kW")
    assert "With <= 2499 W it would never have fired." in await world.ask("try home/x <= 3000 W")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("try 1", 1),
        ("try ice box", 1),
        ("try ice box > 6", 0),
        ("try 1 < 6 for 1m", 2),
        ("try home/x > 7", 0),
    ],
)
async def test_a_rule_that_is_there_is_rehearsed(text: str, count: int) -> None:
    world = World(HOME)
    await with_rule(world, "home/x > 5 as Ice Box")
    over_days(world, "home/x", "4", "6", "4")
    answer = await world.ask(text)
    assert (f"fired {count}×" if count else "never have fired") in answer


async def test_a_rule_that_is_off_is_rehearsed_all_the_same() -> None:
    world = World(HOME)
    await with_rule(world, "home/x OPEN")
    await world.ask("rule 1 off")
    over_days(world, "home/x", "OPEN", "CLOSED")
    assert "fired 1×, at the longest for 10 min" in await world.ask("try 1")


async def test_silence_is_rehearsed() -> None:
    world = World(HOME)
    over_days(world, "home/x", "1", "2")
    world.clock.time += 3000
    world.receive("home/x", "3")
    assert "fired 1×" in await world.ask("try home/x stale 30m")


async def test_changes_and_rises_are_rehearsed() -> None:
    world = World(HOME)
    over_days(world, "home/x", "1", "2", "2", "9")
    assert "fired 2×" in await world.ask("try home/x changes")
    assert "fired 1×" in await world.ask("try home/x rises 5 in 20m")


async def test_one_that_lasts_until_now_counts_until_now() -> None:
    world = World(HOME)
    over_days(world, "home/x", "6", every=7200.0)
    reply = await world.bot.execute(Try(rule="home/x > 5"), ADMIN)
    assert isinstance(reply, Text)
    assert reply.facts == {
        "rule": "home/x > 5",
        "messages": 1,
        "judged": 1,
        "fired": 1,
        "longest": 7200.0,
        "topics": ["home/x"],
        "since": NOON,
        "until": NOON + 7200,
        "cut": False,
        "quiet": "6",
    }


async def test_what_is_too_old_is_left_out() -> None:
    world = World(HOME)
    over_days(world, "home/x", "6", every=3 * DAY)
    assert await world.ask("try --days 2 home/x > 5") == "Nothing is stored of home/x from the last 2 days."
    assert "fired 1×" in await world.ask("try -d 4 home/x > 5")


async def test_what_cannot_be_judged_says_so() -> None:
    world = World(HOME)
    over_days(world, "home/x", "6")
    assert "None of the 1 messages of the last 10 min has a value" in await world.ask("try home/x temp > 5")


async def test_text_for_a_number_has_no_quiet_limit() -> None:
    world = World(HOME)
    over_days(world, "home/x", "warm")
    reply = await world.bot.execute(Try(rule="home/x > 5"), ADMIN)
    assert isinstance(reply, Text)
    assert reply.facts["quiet"] == ""


async def test_many_messages_are_read_in_chunks_and_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.alerts.rules.rehearsal.MOST_MESSAGES", 450)
    world = World(HOME)
    over_days(world, "home/x", *["6", "4"] * 230, every=60.0)
    answer = await world.ask("try home/x > 5")
    assert "(450 messages) it would have fired 225×" in answer
    assert "Only the first 450 messages were looked at, up to " in answer


async def test_a_whole_chunk_may_be_the_last() -> None:
    world = World(HOME)
    over_days(world, "home/x", *["4"] * 200, every=60.0)
    assert "(200 messages) it would never have fired." in await world.ask("try home/x > 5")


async def test_a_rule_that_is_not_there_and_is_none_says_so() -> None:
    world = World(HOME)
    await with_rule(world, "home/x > 5 as Freezer")
    assert await world.ask("try freezr") == "There is no alert rule “freezr”. Similar: Freezer"
    assert "“between” needs two numbers" in await world.ask("try home/x between a and b")
