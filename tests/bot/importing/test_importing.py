"""The settings of the DinoX MQTT plugin, made into rules."""

from contextlib import suppress
import json
from typing import Any

from fakes import World
from hypothesis import given, settings, strategies as st
from phrases import RealPhrases
import pytest

from bot.importing.importing import carry_out, plan, report
from bot.importing.outcomes import Imported, Outcome, Plan
from bot.importing.recognise import DEEPEST, LONGEST, MOST, recognise
from bot.model.message import QoS
from bot.model.replies import BotError
from bot.model.rules import (
    AlertRule,
    Bridge,
    Condition,
    Contact,
    Format,
    Operator,
    Preset,
    Priority,
    RuleSet,
    Subscription,
)
from bot.rendering.replies import render_reply

# As the plugin keeps it: texts with JSON in them, under keys of the standalone connection, and rules.
EXPORT: dict[str, Any] = {
    "settings": {
        "mqtt_sa_enabled": "true",
        "mqtt_sa_broker_host": "10.0.10.31",
        "mqtt_sa_topics": "home/sensors/#, home/door , dinox/response",
        "mqtt_sa_topic_aliases_json": (
            '{"home/door": "Front door", "home/sensors/t": "Bath", "other/x": "Lost"}'
        ),
        "mqtt_sa_freetext_enabled": "true",
        "mqtt_sa_freetext_publish_topic": "dinox/chat",
        "mqtt_sa_freetext_response_topic": "dinox/response",
        "mqtt_sa_publish_presets_json": json.dumps(
            [
                {
                    "id": "1",
                    "name": "Lights off",
                    "topic": "home/light/set",
                    "payload": "OFF",
                    "qos": 0,
                    "retain": False,
                    "use_count": 3,
                },
                {"id": "2", "name": "lights OFF", "topic": "home/light/set", "payload": "off"},
                {"id": "3", "name": "remove", "topic": "home/x", "payload": ""},
                {"id": "4", "name": "Keep", "topic": "home/kept", "payload": " 1 ", "qos": 2, "retain": True},
                {"id": "5", "name": "Nowhere", "topic": "home/#", "payload": "1"},
            ]
        ),
        "mqtt_topic_qos": '{"home/door": 2, "home/sensors/#": 1}',
        "mqtt_topic_priorities": '{"home/door": "critical", "home/+": "silent"}',
    },
    "mqtt_alert_rules": [
        {
            "id": "a1",
            "connection_id": "",
            "topic": "home/sensors/t",
            "field": "temperature",
            "operator": ">",
            "threshold": "30",
            "priority": "alert",
            "enabled": 1,
            "cooldown_secs": 60,
            "last_triggered": 0,
        },
        {"topic": "home/door", "operator": "==", "threshold": "OPEN", "priority": 3, "enabled": 0},
        {
            "topic": "home/door",
            "operator": "contains",
            "threshold": "x",
            "priority": "loud",
            "cooldown_secs": 5,
        },
        {"topic": "home/door", "operator": "like", "threshold": "x"},
        {"topic": "home/door", "operator": ">"},
        {"topic": "home/#/x", "operator": ">", "threshold": "1"},
    ],
    "mqtt_bridge_rules": [
        {
            "topic": "dinox/response",
            "target_jid": "User@example.org/phone",
            "enabled": True,
            "format": "short",
            "alias": "Answers",
            "client_label": "standalone",
            "send_account": "me@example.org",
        },
        {"topic": "home/door", "target_jid": "house@conference.example.org", "format": "payload_only"},
        {"topic": "home/door", "target_jid": "nobody"},
        {"topic": "", "target_jid": "user@example.org"},
    ],
    "mqtt_retained_cache": [{"topic": "home/door", "payload": "OPEN", "timestamp": 1}],
}


def made(given: object, **rules: Any) -> list[Imported]:
    return [rule for rule, _ in plan(given, RuleSet(**rules)).steps if rule is not None]


def outcomes(given: object, kind: str, **rules: Any) -> list[tuple[str, str, str]]:
    return [
        (each.name, each.word, each.why)
        for _, each in plan(given, RuleSet(**rules)).steps
        if each.kind == kind
    ]


def test_topics_have_their_names_qos_and_priorities() -> None:
    assert [rule for rule in made(EXPORT) if isinstance(rule, Subscription)] == [
        Subscription("home/sensors/#", QoS.AT_LEAST_ONCE),
        Subscription("home/door", QoS.EXACTLY_ONCE, "Front door", Priority.CRITICAL),
        Subscription("dinox/response"),
        Subscription("home/sensors/t", QoS.AT_LEAST_ONCE, "Bath"),
    ]
    assert outcomes(EXPORT, "topic")[-2:] == [
        ("other/x", "skipped", "not_subscribed"),
        ("home/+", "skipped", "not_subscribed"),
    ]


def test_alert_rules_keep_what_they_ask() -> None:
    assert [rule for rule in made(EXPORT) if isinstance(rule, AlertRule)] == [
        AlertRule("home/sensors/t", Condition(Operator.ABOVE, ("30",)), "temperature", "Bath temperature"),
        AlertRule(
            "home/door",
            Condition(Operator.EQUAL, ("OPEN",)),
            name="Front door",
            priority=Priority.CRITICAL,
            enabled=False,
        ),
        AlertRule("home/door", Condition(Operator.CONTAINS, ("x",)), name="Front door 2"),
    ]
    assert outcomes(EXPORT, "alert") == [
        ("Bath temperature", "taken", ""),
        ("Front door", "taken", ""),
        ("Front door 2", "changed", "priority"),
        ("home/door", "skipped", "operator"),
        ("home/door", "skipped", "threshold"),
        ("home/#/x", "skipped", "filter"),
    ]


def test_presets_keep_name_topic_payload_qos_and_retain() -> None:
    assert [rule for rule in made(EXPORT) if isinstance(rule, Preset)] == [
        Preset("Lights off", "home/light/set", "OFF", qos=QoS.AT_MOST_ONCE),
        Preset("Keep", "home/kept", " 1 ", qos=QoS.EXACTLY_ONCE, retain=True),
    ]
    assert [each[1:] for each in outcomes(EXPORT, "preset")] == [
        ("taken", ""),
        ("skipped", "known"),
        ("skipped", "preset_name"),
        ("taken", ""),
        ("skipped", "filter"),
    ]


def test_bridges_keep_filter_contact_and_format() -> None:
    assert [rule for rule in made(EXPORT) if isinstance(rule, Bridge)] == [
        Bridge("dinox/response", "user@example.org", name="Answers", format=Format.SHORT),
        Bridge("home/door", "house@conference.example.org", room=True),
    ]
    assert outcomes(EXPORT, "bridge")[0][1:] == ("changed", "no_contact")
    there = (Contact("user@example.org"),)
    assert [each[1:] for each in outcomes(EXPORT, "bridge", contacts=there)] == [
        ("taken", ""),
        ("changed", "room"),
        ("skipped", "jid"),
        ("skipped", "filter"),
    ]


def test_free_text_is_pointed_out() -> None:
    assert outcomes(EXPORT, "free_text") == [("dinox/chat", "skipped", "free_text")]


def test_a_text_gives_the_same_as_its_values() -> None:
    assert made(json.dumps(EXPORT)) == made(EXPORT)


def test_what_is_there_stays_as_it_is() -> None:
    rules = made(EXPORT)
    there: dict[str, Any] = {
        "subscriptions": tuple(each for each in rules if isinstance(each, Subscription)),
        "alerts": tuple(each for each in rules if isinstance(each, AlertRule)),
        "presets": tuple(each for each in rules if isinstance(each, Preset)),
        "bridges": tuple(each for each in rules if isinstance(each, Bridge)),
    }
    assert made(EXPORT, **there) == []
    assert {
        each[2] for kind in ("alert", "preset", "bridge") for each in outcomes(EXPORT, kind, **there)
    } == {
        "known",
        "operator",
        "threshold",
        "filter",
        "preset_name",
        "jid",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"topics": ["home/a", "home/b"]},
        {"topics": "home/a\nhome/b"},
        {"topics": [{"topic": "home/a"}, {"filter": "home/b"}]},
        {"Topics": {"home/a": None, "home/b": {}}},
        [{"key": "mqtt_topics", "value": '["home/a", "home/b"]'}],
        {"connections": [{"label": "me@example.org", "topics": "home/a,,home/b"}]},
        {"accounts": {"me@example.org": {"mqtt-topics": "home/a,home/b"}}},
    ],
)
def test_shapes_of_topics(given: object) -> None:
    assert [rule.filter for rule in made(given) if isinstance(rule, Subscription)] == ["home/a", "home/b"]


@pytest.mark.parametrize(
    "given",
    [
        [{"topic": "a", "op": ">=", "value": 5}],
        {"alerts": {"uuid": {"Topic": "a", "Operator": "gte", "Threshold": "5"}}},
        {"alerts_json": '[{"topic_filter": "a", "operator": "ge", "threshold": 5}]'},
        {"anything": {"else": [{"topic": "a", "operator": ">=", "threshold": "5", "priority": ""}]}},
    ],
)
def test_shapes_of_alert_rules(given: object) -> None:
    assert made(given) == [AlertRule("a", Condition(Operator.AT_LEAST, ("5",)), name="a")]


def test_rows_of_topics_say_all_of_them() -> None:
    rows = [{"topic": "home/a", "qos": 2, "priority": "Silent (no notification)", "alias": "Attic"}]
    assert made({"topics": rows}) == [Subscription("home/a", QoS.EXACTLY_ONCE, "Attic", Priority.SILENT)]
    rest = {
        "topic_aliases": [{"topic": "home/a", "alias": "A"}],
        "topic_qos": [{"topic": "home/a", "qos": "0"}],
    }
    assert made({"topics": "home/a", **rest, "priorities": [{"topic": "home/a", "priority": 2}]}) == [
        Subscription("home/a", QoS.AT_MOST_ONCE, "A", Priority.ALERT)
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"topics": [{"topic": "a", "qos": 7}]}, "qos"),
        ({"topics": [{"topic": "a", "priority": "loud"}]}, "priority"),
        ({"topics": [{"topic": "a", "alias": "x" * 200}]}, "alias_long"),
        ({"topics": [{"topic": "a", "alias": "Attic"}]}, "alias_taken"),
    ],
)
def test_what_does_not_fit_is_made_to_and_told(said: object, why: str) -> None:
    there = (Subscription("b", alias="attic"),)
    assert outcomes(said, "topic", subscriptions=there) == [("a", "changed", why)]
    assert len(made(said, subscriptions=there)) == 1


def test_a_topic_that_is_only_named_is_like_the_one_that_brings_it_in() -> None:
    there = (Subscription("home/#", QoS.EXACTLY_ONCE, "House", Priority.ALERT),)
    given = {"aliases": {"home/a": "Attic", "home/#": "Home", "": "Nothing"}, "topic_qos": {"home/b": 0}}
    assert made(given, subscriptions=there) == [
        Subscription("home/a", QoS.EXACTLY_ONCE, "Attic", Priority.ALERT),
        Subscription("home/b", QoS.AT_MOST_ONCE, "", Priority.ALERT),
    ]


def test_a_bound_on_how_much_is_looked_at() -> None:
    many = {"topics": "a", "more": [{"x": number} for number in range(MOST)]}
    assert outcomes(many, "rest") == [("", "skipped", "too_much")]
    topics = {"topics": {f"t/{number}": {} for number in range(MOST + 5)}}
    assert len(made(topics)) == MOST
    assert outcomes(topics, "rest") == [("", "skipped", "too_much")]
    deep: object = {"topics": "a"}
    for _ in range(DEEPEST + 1):
        deep = [deep]
    assert made(deep) == []


@pytest.mark.parametrize("text", ["", "no json", "[" * 100_000, '"' + "x" * LONGEST + '"', "null"])
def test_a_text_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(BotError, match="import_unreadable"):
        recognise(text)


def test_a_text_inside_that_is_no_json_says_nothing() -> None:
    assert made({"presets_json": "{broken", "more": '["' + "[" * 100_000}) == []


words = st.sampled_from(
    [
        *(
            "topic",
            "filter",
            "operator",
            "op",
            "threshold",
            "value",
            "name",
            "payload",
            "target_jid",
            "alias",
        ),
        *(
            "qos",
            "priority",
            "topics",
            "aliases",
            "topic_qos",
            "priorities",
            "key",
            "format",
            "enabled",
            "field",
        ),
        *(
            ">",
            "==",
            "a",
            "a/#",
            "+",
            "#",
            "me@example.org",
            "full",
            "alert",
            "1",
            "2",
            '{"a": 1}',
            "[",
            "add",
        ),
    ]
)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | words,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(max_examples=500)
@given(jsons)
def test_whatever_is_given_a_plan_comes_of_it(given: object) -> None:
    steps = plan([given], RuleSet()).steps
    assert all((rule is None) == (outcome.word == "skipped") for rule, outcome in steps)
    rules = [rule for rule, _ in steps if rule is not None]
    assert not made([given], **_there(rules))


@settings(max_examples=200)
@given(st.text() | jsons.map(json.dumps))
def test_whatever_text_is_given_it_is_read_or_refused(text: str) -> None:
    with suppress(BotError):
        plan(text, RuleSet())


def _there(rules: list[Imported]) -> dict[str, Any]:
    return {
        "subscriptions": tuple(each for each in rules if isinstance(each, Subscription)),
        "alerts": tuple(each for each in rules if isinstance(each, AlertRule)),
        "presets": tuple(each for each in rules if isinstance(each, Preset)),
        "bridges": tuple(each for each in rules if isinstance(each, Bridge)),
    }


# Doing it, and telling of it.


async def test_the_rules_are_kept() -> None:
    world = World()
    await carry_out(plan(EXPORT, world.bot.rules), world.bot)
    rules = world.bot.rules
    assert len(rules.subscriptions) == 4
    assert [rule.number for rule in rules.alerts] == [1, 2, 3]
    assert [preset.name for preset in rules.presets] == ["Lights off", "Keep"]
    assert [bridge.to for bridge in rules.bridges] == ["user@example.org", "house@conference.example.org"]
    again = plan(EXPORT, rules)
    assert all(rule is None for rule, _ in again.steps)


async def test_what_cannot_be_kept_is_told() -> None:
    world = World()
    made_up = Plan([(AlertRule("a", Condition(Operator.CHANGES)), Outcome("alert", "a"))])

    async def refuse(rule: AlertRule) -> AlertRule:
        raise BotError("name_taken", name="a")

    world.rules.put_alert = refuse  # type: ignore[method-assign]
    await carry_out(made_up, world.bot)
    (outcome,) = [outcome for _, outcome in made_up.steps]
    assert (outcome.word, outcome.why) == ("skipped", "refused")
    assert "Another alert is called “a” already." in render_reply(
        report(made_up, dry_run=False), RealPhrases()
    )


@pytest.mark.parametrize("dry_run", [False, True])
def test_the_report_has_a_row_for_each_thing(dry_run: bool) -> None:
    steps = plan(EXPORT, RuleSet())
    told = report(steps, dry_run=dry_run)
    assert told.title.key == ("import_would" if dry_run else "import_done")
    assert told.title.placeholders == {"taken": "8", "changed": "3", "skipped": "11"}
    assert len(told.rows) == len(told.facts) == len(steps.steps) == 22
    assert told.facts[0] == {"kind": "topic", "name": "home/sensors/#", "outcome": "taken", "why": ""}
