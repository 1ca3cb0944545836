"""Alert rules, as they are added and changed in the settings."""

import json
from typing import Any

from flows import asked, fill_alert, suggested
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import NO_ACCOUNT, alerts, bot_entry, contacts, publish, running, standalone, topics, until

from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Condition,
    Operator,
    Priority,
    Subscription,
)
from custom_components.dinox_mqtt_bot.entry.rules import ALERTS
from lab.servers import Server

ALICE = "alice@home.test"
ALERT: dict[str, Any] = {
    "filter": "home/freezer",
    "operator": "above",
    "value": "-15",
    "priority": "alert",
    "enabled": True,
    "tell": {},
}
FIVE_MINUTES = {"days": 0, "hours": 0, "minutes": 5, "seconds": 0}


@pytest.fixture
def entry(hass: HomeAssistant, no_bot: None) -> MockConfigEntry:
    """A bot with one rule, one named topic and one contact."""
    rules = [
        *alerts(AlertRule("home/door", Condition(Operator.EQUAL, ("OPEN",)), name="Door", number=1)),
        *topics(Subscription("home/freezer", alias="Freezer"), "home/door"),
        *contacts(ALICE),
    ]
    entry = bot_entry(standalone(1) | NO_ACCOUNT, rules)
    entry.add_to_hass(hass)
    return entry


async def add(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the form of a new rule."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, "alert"), context={"source": SOURCE_USER}
    )


async def answer(hass: HomeAssistant, form: Any, answers: dict[str, Any]) -> Any:
    """Submit the forms of a rule, or choose from the menu below the preview."""
    if "next_step_id" not in answers:
        return await fill_alert(hass, form, answers)
    return await hass.config_entries.subentries.async_configure(form["flow_id"], answers)


async def choose(hass: HomeAssistant, menu: Any, step: str) -> Any:
    """Go on from the preview."""
    assert (menu["type"], menu["step_id"]) == (FlowResultType.MENU, "preview"), menu
    return await answer(hass, menu, {"next_step_id": step})


def kept(entry: MockConfigEntry) -> list[AlertRule]:
    """Return the rules of an entry."""
    return list(ALERTS.every(entry.subentries.values()))


async def test_a_rule_is_added_after_it_was_shown_in_plain_words(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await add(hass, entry)
    assert asked(form) == "user"
    menu = await answer(
        hass,
        form,
        ALERT
        | {
            "field": " temperature ",
            "clear": "-16",
            "hold": FIVE_MINUTES,
            "repeat": {"hours": 1},
            "seconds": {"hours": 1},
            "priority": "critical",
            "name": "Icebox",
            "enabled": False,
            "tell": {
                "contacts": ["Alice@home.test"],
                "targets": ["notify.phone", "Notify.Phone"],
                "escalate_after": {"minutes": 10},
                "escalate_to": ["notify.boss"],
            },
        },
    )
    assert "Freezer" in menu["description_placeholders"]["sentence"]
    assert len(kept(entry)) == 1
    end = await choose(hass, menu, "save")
    assert (end["type"], end["title"]) == (FlowResultType.CREATE_ENTRY, "Icebox")
    rule = kept(entry)[-1]
    assert rule == AlertRule(
        "home/freezer",
        Condition(Operator.ABOVE, ("-15",), "-16"),
        field="temperature",
        name="Icebox",
        id=rule.id,
        number=2,
        hold=300.0,
        repeat=3600.0,
        priority=Priority.CRITICAL,
        enabled=False,
        contacts=(ALICE,),
        targets=("notify.phone",),
        escalate_after=600.0,
        escalate_to=("notify.boss",),
    )


@pytest.mark.parametrize(
    ("typed", "condition"),
    [
        ({"operator": "between", "value": "1", "value_to": "5"}, Condition(Operator.BETWEEN, ("1", "5"))),
        (
            {"operator": "rises", "value": "3", "seconds": {"minutes": 10}},
            Condition(Operator.RISES, ("3",), seconds=600.0),
        ),
        (
            {"operator": "stale", "seconds": {"days": 1}, "clear": "1"},
            Condition(Operator.STALE, seconds=86400.0),
        ),
        ({"operator": "stale"}, Condition(Operator.STALE)),
        ({"operator": "changes", "value": ""}, Condition(Operator.CHANGES)),
        ({"operator": "happens", "value": "", "missing_clears": True}, Condition(Operator.HAPPENS)),
        ({"operator": "happens", "value": "single"}, Condition(Operator.HAPPENS, ("single",))),
        (
            {"operator": "equal", "value": "true", "field": "leak", "missing_clears": True},
            Condition(Operator.EQUAL, ("true",), missing_clears=True),
        ),
        ({"operator": "contains", "value": " leak "}, Condition(Operator.CONTAINS, ("leak",))),
    ],
)
async def test_a_condition_takes_what_it_needs(
    hass: HomeAssistant, entry: MockConfigEntry, typed: dict[str, Any], condition: Condition
) -> None:
    menu = await answer(hass, await add(hass, entry), ALERT | typed)
    await choose(hass, menu, "save")
    assert kept(entry)[-1].condition == condition


async def test_a_rule_without_a_name_is_called_after_what_it_asks_for(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    for filter_and_field in ({}, {"field": "temperature"}, {}, {"filter": "Freezer"}, {"filter": "lab/+"}):
        menu = await answer(hass, await add(hass, entry), ALERT | filter_and_field)
        await choose(hass, menu, "save")
    assert [(rule.name, rule.filter, rule.number) for rule in kept(entry)[1:]] == [
        ("Freezer > −15", "home/freezer", 2),
        ("Freezer temperature > −15", "home/freezer", 3),
        ("Freezer > −15 (2)", "home/freezer", 4),
        ("Freezer > −15 (3)", "home/freezer", 5),
        ("lab/+ > −15", "lab/+", 6),
    ]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"name": "DOOR"}, "name: name_taken"),
        ({"value": " "}, "value: limit_missing"),
        ({"value": "warm"}, "value: limit_no_number"),
        ({"operator": "between"}, "value_to: limit_missing"),
        ({"operator": "outside", "value_to": "x"}, "value_to: limit_no_number"),
        ({"operator": "falls", "value": "3"}, "seconds: window_missing"),
        ({"clear": "cold"}, "clear: limit_no_number"),
        ({"operator": "equal", "value": "on", "clear": "ON"}, "clear: rule_clear_fires"),
        ({"operator": "unequal", "value": "on", "clear": "off"}, "clear: rule_clear_never"),
        ({"clear": "-10"}, "clear: rule_clear_beyond"),
        ({"missing_clears": True}, "more: rule_missing_field"),
        ({"tell": {"contacts": ["bob@home.test"]}}, "tell: unknown_recipient"),
        ({"tell": {"contacts": ["@"]}}, "tell: unknown_recipient"),
        ({"tell": {"targets": ["light.lamp"]}}, "tell: unknown_recipient"),
        ({"tell": {"escalate_to": [ALICE]}}, "tell: escalation_time_missing"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_mended_in_the_same_form(
    hass: HomeAssistant, entry: MockConfigEntry, wrong: dict[str, Any], complaint: str
) -> None:
    form = await answer(hass, await add(hass, entry), ALERT | wrong)
    assert asked(form) == f"condition {complaint}"
    for name in ("more", "tell"):
        folded = form["data_schema"].schema[name].options["collapsed"]
        assert folded is not complaint.startswith(f"{name}:"), "what is wrong can be seen"
    menu = await answer(hass, form, ALERT | {"value_to": "5", "seconds": FIVE_MINUTES})
    assert (await choose(hass, menu, "save"))["type"] is FlowResultType.CREATE_ENTRY


async def test_everything_wrong_is_said_at_once(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await answer(hass, await add(hass, entry), ALERT | {"value": "warm", "name": "door"})
    assert form["errors"] == {"value": "limit_no_number", "name": "name_taken"}


async def test_what_is_no_topic_is_said_before_anything_else_is_asked(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await answer(hass, await add(hass, entry), ALERT | {"filter": "home/#/x"})
    assert asked(form) == "user filter: invalid_filter"
    assert suggested(form) == {"filter": "home/#/x", "operator": "above"}


@pytest.mark.parametrize(
    ("operator", "fields"),
    [
        ("above", ["value", "hold", "clear"]),
        ("between", ["value", "value_to", "hold", "clear"]),
        ("contains", ["value", "hold", "clear"]),
        ("changes", []),
        ("stale", ["seconds"]),
        ("rises", ["value", "seconds", "hold"]),
        ("happens", ["value"]),
    ],
)
async def test_only_the_fields_of_a_kind_are_asked(
    hass: HomeAssistant, entry: MockConfigEntry, operator: str, fields: list[str]
) -> None:
    flows = hass.config_entries.subentries
    form = await add(hass, entry)
    about = {"filter": "home/freezer", "operator": operator}
    form = await flows.async_configure(form["flow_id"], about)
    assert list(form["data_schema"].schema) == [*fields, "priority", "name", "more", "tell"]
    assert form["description_placeholders"] == {"name": "home/freezer"}


async def test_a_preview_leads_back_to_the_form_as_it_was_filled_in(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    typed = ALERT | {"hold": FIVE_MINUTES, "enabled": False, "tell": {"contacts": [ALICE]}}
    form = await choose(hass, await answer(hass, await add(hass, entry), typed), "change")
    assert asked(form) == "user"
    assert suggested(form) == {"filter": "home/freezer", "operator": "above"}
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], suggested(form))
    about = {"filter", "operator", "tell"}
    filled = typed | {"contacts": [ALICE]}
    assert suggested(form) == {key: each for key, each in filled.items() if key not in about}
    menu = await answer(hass, form, ALERT | {"value": "-10"})
    await choose(hass, menu, "save")
    assert kept(entry)[-1].condition.values == ("-10",)


async def test_a_rule_is_changed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    (before,) = kept(entry)
    form = await entry.start_subentry_reconfigure_flow(hass, before.id)
    assert asked(form) == "reconfigure"
    assert suggested(form) == {"filter": "home/door", "operator": "equal"}
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], suggested(form))
    assert suggested(form) == {
        "value": "OPEN",
        "priority": "alert",
        "name": "Door",
        "enabled": True,
    }
    menu = await answer(hass, form, ALERT | {"name": "door", "hold": {"days": 1, "seconds": 1}})
    form = await choose(hass, menu, "change")
    assert asked(form) == "reconfigure"
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], suggested(form))
    assert suggested(form)["hold"] == {"days": 1, "seconds": 1}
    menu = await answer(hass, form, ALERT | {"name": "Gate", "hold": {"days": 1, "seconds": 1}})
    end = await choose(hass, menu, "save")
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    (after,) = kept(entry)
    assert (after.id, after.number, after.name, after.hold) == (before.id, 1, "Gate", 86401.0)
    form = await entry.start_subentry_reconfigure_flow(hass, before.id)
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], suggested(form))
    assert suggested(form)["hold"] == {"days": 1, "hours": 0, "minutes": 0, "seconds": 1}


async def test_what_is_subscribed_and_who_can_be_told_is_suggested(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    async def tell(call: object) -> None:
        """Tell nobody, as no test calls it."""

    hass.services.async_register("notify", "phone", tell)
    form = await add(hass, entry)
    schema = form["data_schema"].schema
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], {"filter": "home/freezer"})
    whom = form["data_schema"].schema["tell"].schema.schema

    def offered(field: Any) -> list[tuple[str, str]]:
        return [(each["value"], each["label"]) for each in field.config["options"]]

    assert offered(schema["filter"]) == [
        ("home/freezer", "Freezer (home/freezer)"),
        ("home/door", "home/door"),
    ]
    assert offered(whom["contacts"]) == [(ALICE, ALICE)]
    assert ("notify.phone", "notify.phone") in offered(whom["targets"])
    assert offered(whom["escalate_to"]) == offered(whom["contacts"]) + offered(whom["targets"])


async def test_no_topic_is_chosen_before_the_user_does(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await add(hass, entry)
    (topic,) = (field for field in form["data_schema"].schema if field == "filter")
    assert topic.default() == ""
    form = await answer(hass, form, {key: value for key, value in ALERT.items() if key != "filter"})
    assert form["errors"] == {"filter": "invalid_filter"}


async def test_topics_that_came_in_are_suggested_by_name(hass: HomeAssistant, own_mosquitto: Server) -> None:
    port = own_mosquitto.ports["mqtt"]
    subscribed = topics(Subscription("home/#"), Subscription("home/door", alias="Door"))
    entry = bot_entry(standalone(port) | NO_ACCOUNT, subscribed)
    sensor = {"name": "Oven", "state_topic": "home/oven", "unique_id": "oven"}
    async with running(hass, entry) as bot:
        await publish(port, "homeassistant/sensor/oven/config", json.dumps(sensor))
        for topic in ("home/oven", "home/door", "home/attic"):
            await publish(port, topic, "1")
        await until(lambda: bot.bot.status.messages == 3)

        async def offered() -> list[tuple[str, str]]:
            schema = (await add(hass, entry))["data_schema"].schema
            return [(each["value"], each["label"]) for each in schema["filter"].config["options"]]

        subscriptions = [("home/#", "home/#"), ("home/door", "Door (home/door)")]
        assert await offered() == [
            *subscriptions,
            ("home/attic", "home/attic"),
            ("home/oven", "Oven (home/oven)"),
        ]
        bot.store.close()
        assert await offered() == subscriptions


async def test_a_name_taken_meanwhile_ends_the_flow(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    first = await answer(hass, await add(hass, entry), ALERT | {"name": "Icebox"})
    second = await answer(hass, await add(hass, entry), ALERT | {"name": "icebox"})
    await choose(hass, first, "save")
    end = await choose(hass, second, "save")
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "already_configured")


async def test_a_topic_that_nothing_subscribes_to_is_named(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    menu = await answer(hass, await add(hass, entry), ALERT)
    assert menu["description_placeholders"]["notes"] == ""
    menu = await answer(hass, await add(hass, entry), ALERT | {"filter": "lab/oven"})
    assert "lab/oven" in menu["description_placeholders"]["notes"]


async def test_a_preview_tells_what_the_rule_would_have_done(
    hass: HomeAssistant, own_mosquitto: Server
) -> None:
    port = own_mosquitto.ports["mqtt"]
    entry = bot_entry(standalone(port) | NO_ACCOUNT, topics("home/#", "lab/#"))
    async with running(hass, entry) as bot:
        for value in ("31", "20", "33.5", "20"):
            await publish(port, "home/oven", f'{{"temperature": {value}}}')
        await until(lambda: bot.bot.status.messages == 4)

        async def notes(**typed: Any) -> str:
            menu = await answer(hass, await add(hass, entry), ALERT | {"value": "30"} | typed)
            return str(menu["description_placeholders"]["notes"]).replace("\\", "")

        told = await notes(filter="home/oven", field="temperature")
        assert "it would have fired 2× (topics: 1)" in told
        assert "With 33.5 it would not have fired" in told
        assert "would not have fired" in await notes(filter="home/oven", field="temperature", value="40")
        assert "has a field humidity" in await notes(filter="home/oven", field="humidity")
        assert "Nothing is stored of lab/oven" in await notes(filter="lab/oven")
        bot.store.close()
        assert await notes(filter="home/oven") == ""


async def test_a_rule_waits_for_another_that_is_there(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await answer(hass, await add(hass, entry), ALERT | {"after": "Storm"})
    assert form["errors"] == {"more": "no_rule"}
    assert form["description_placeholders"]["rule"] == "Storm"
    await choose(hass, await answer(hass, form, ALERT | {"after": "Door"}), "save")
    assert [rule.after for rule in kept(entry)] == ["", "1"]
    door, _ = kept(entry)
    form = await entry.start_subentry_reconfigure_flow(hass, door.id)
    number = str(kept(entry)[1].number)
    form = await answer(
        hass, form, {"filter": "home/door", "operator": "equal", "value": "OPEN", "after": number}
    )
    assert form["errors"] == {"more": "rule_after_itself"}


async def test_what_waits_to_be_told_once_can_be_made_and_changed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await add(hass, entry)
    for typed, key in (
        ({"until": "2099-12-31 23:00:00"}, "until_without_once"),
        ({"until": "2020-12-31 23:00:00", "once": True}, "until_past"),
    ):
        form = await answer(hass, form, ALERT | typed)
        assert form["errors"] == {"more": key}
    once = {"once": True, "until": "2099-12-31 23:00:00"}
    await choose(hass, await answer(hass, form, ALERT | once), "save")
    _, before = kept(entry)
    assert (before.once, before.until) == (True, 4_102_470_000.0)
    form = await entry.start_subentry_reconfigure_flow(hass, before.id)
    form = await hass.config_entries.subentries.async_configure(form["flow_id"], suggested(form))
    more = form["data_schema"].schema["more"].schema.schema
    assert {str(key): key.description for key in more if str(key) in once} == {
        key: {"suggested_value": each} for key, each in once.items()
    }
    await choose(hass, await answer(hass, form, ALERT | once | {"value": "-10"}), "save")
    _, after = kept(entry)
    assert after.condition.values == ("-10",)
    assert (after.once, after.until) == (before.once, before.until)


async def test_a_rule_may_have_further_conditions(hass: HomeAssistant, own_mosquitto: Server) -> None:
    port = own_mosquitto.ports["mqtt"]
    named = topics(Subscription("home/freezer", alias="Freezer"), Subscription("home/door", alias="Door"))
    entry = bot_entry(standalone(port) | NO_ACCOUNT, named)
    async with running(hass, entry):
        form = await add(hass, entry)
        for text, key in (
            ("cellar is open", "others_unknown"),
            ("nonsense", "rule_two_conditions"),
            ("and door is open or freezer < 3", "rule_and_or"),
            ("and home/+ is open", "rule_clause_wild"),
            ("and door changes", "rule_clause_level"),
            ("and door is" + " and door is a" * 9, "rule_many_conditions"),
        ):
            form = await answer(hass, form, ALERT | {"others": text})
            assert form["errors"] == {"more": key}, text
        form = await answer(hass, form, ALERT | {"then": "dance"})
        assert form["errors"] == {"more": "no_deed"}
        for picture, key in (("camera.none", "no_picture"), ("door", "rule_picture")):
            form = await answer(hass, form, ALERT | {"picture": picture})
            assert form["errors"] == {"more": key}
        hass.states.async_set("camera.garden", "idle")
        menu = await answer(hass, form, ALERT | {"others": "and door is open", "picture": "camera.garden"})
        assert "Freezer is above −15 and Door is open" in menu["description_placeholders"]["sentence"]
        assert "it shows camera.garden" in menu["description_placeholders"]["sentence"].replace("\\", "")
        await choose(hass, menu, "save")
        (rule,) = kept(entry)
        assert rule.picture == "camera.garden"
        assert (len(rule.others), rule.others[0].filter, rule.others[0].name) == (1, "home/door", "Door")
        form = await entry.start_subentry_reconfigure_flow(hass, rule.id)
        await choose(hass, await answer(hass, form, ALERT | suggested_others(form)), "save")
        assert kept(entry)[0].others == rule.others
    form = await entry.start_subentry_reconfigure_flow(hass, rule.id)
    form = await answer(hass, form, ALERT | {"others": "door is shut"})
    assert form["errors"] == {"more": "bot_not_running"}


def suggested_others(form: Any) -> dict[str, Any]:
    """Return the further conditions as they are typed."""
    return {"others": 'and "home/door" == "open"'}
