"""Alert rules as they are kept: the same subentries from the settings and from the commands."""

from dataclasses import fields, replace
import json
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import (
    NO_ACCOUNT,
    alerts,
    bot_entry,
    mqtt_entry,
    publish,
    running,
    standalone,
    topics,
    until,
)

from custom_components.dinox_mqtt_bot.bot.model.jid import bare_jid
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError, Caller, Surface
from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Clause,
    Condition,
    Operator,
    Priority,
    Role,
    RuleSet,
)
from custom_components.dinox_mqtt_bot.bot.model.topics import fold, valid_filter
from custom_components.dinox_mqtt_bot.bot.text.weekly import read_weekly
from custom_components.dinox_mqtt_bot.entry.rule_store import RuleStore
from custom_components.dinox_mqtt_bot.entry.rules import ALERTS, VALUES, rule_set
from custom_components.dinox_mqtt_bot.flows.alert_flow import (
    LASTING,
    WITHOUT_CLEAR,
    condition_form,
    form_of,
    typed_alert,
)
from custom_components.dinox_mqtt_bot.flows.fields import in_sections, without_sections
from lab.servers import Server

ADMIN = Caller(Surface.ACTION, "test", Role.ADMIN)

HOT = AlertRule("home/freezer", Condition(Operator.ABOVE, ("-15",)), name="Freezer")

texts = st.text(max_size=20)
spans = st.integers(0, 10**7).map(float)
people = st.lists(texts, max_size=3, unique=True).map(tuple)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    operator = draw(st.sampled_from(Operator))
    values = tuple(draw(texts) for _ in range(VALUES.get(operator, 1)))
    if operator is Operator.HAPPENS and (wanted := draw(texts)):
        values = (wanted,)
    return Condition(operator, values, draw(texts), draw(spans), draw(st.booleans()))


rules = st.builds(
    AlertRule,
    filter=texts,
    condition=conditions(),
    field=texts,
    name=texts,
    id=texts,
    number=st.integers(0, 10**6),
    hold=spans,
    repeat=spans,
    priority=st.sampled_from(Priority),
    enabled=st.booleans(),
    contacts=people,
    targets=people,
    escalate_after=spans,
    escalate_to=people,
    only=texts,
    once=st.booleans(),
    until=spans,
    text=texts,
    after=texts,
    others=st.lists(st.builds(Clause, conditions(), texts, texts), max_size=2).map(tuple),
    either=st.booleans(),
    then=texts,
    afterwards=texts,
    picture=texts,
)


@given(rules)
def test_a_rule_comes_back_as_it_was_kept(rule: AlertRule) -> None:
    assert ALERTS.read(ALERTS.write(rule)["data"], id=rule.id) == rule


words = st.text("abcXYZ09./", min_size=1, max_size=8)
fractions = st.one_of(spans, st.floats(0, 1e7).map(lambda span: round(span, 6)), st.just(1e-6))


@st.composite
def filled(draw: st.DrawFn) -> AlertRule:
    """Return a rule as the form can hold it."""
    operator = draw(st.sampled_from(Operator))
    values = tuple(draw(words) for _ in range(VALUES.get(operator, 1)))
    clear = "" if operator in WITHOUT_CLEAR else draw(st.just("") | words)
    condition = Condition(operator, values, clear, draw(fractions) if operator in LASTING else 0.0)
    return AlertRule(
        draw(words),
        condition,
        draw(st.just("") | words),
        draw(words),
        hold=draw(fractions),
        repeat=draw(fractions),
        priority=draw(st.sampled_from(Priority)),
        enabled=draw(st.booleans()),
        contacts=draw(st.sampled_from([(), ("alice@home.test",)])),
        targets=draw(st.sampled_from([(), ("notify.phone",)])),
        escalate_after=draw(fractions),
        escalate_to=draw(st.sampled_from([(), ("bob@home.test", "notify.phone")])),
        only=draw(st.sampled_from(["", str(read_weekly("weekdays 22:00-6:00"))])),
        once=draw(st.booleans()),
        until=draw(st.integers(0, 4 * 10**9).map(float)),
        text=draw(st.just("") | words),
        after=draw(st.just("") | words),
        then=draw(st.just("") | words),
        afterwards=draw(st.just("") | words),
        picture=draw(st.just("") | words),
    )


@given(filled())
def test_the_form_of_a_rule_is_sent_unchanged_and_nothing_changes(rule: AlertRule) -> None:
    form = condition_form(None, RuleSet())
    sent = form(json.loads(json.dumps(in_sections(form, form_of(rule)))))
    typed = without_sections(sent, form) | {"operator": rule.condition.operator.word}
    assert typed_alert(typed, rule.filter) == rule


def test_whatever_is_kept_of_a_rule_can_be_changed_in_the_form() -> None:
    """But for its number, which it gets, and how its conditions are joined, which is typed with them."""
    form = condition_form(None, RuleSet())
    asked = {str(key) for key in form.schema} | {
        str(key) for each in form.schema.values() if isinstance(each, section) for key in each.schema.schema
    }
    kept = {field.name for field in fields(AlertRule)} - {"id", "condition", "filter"}
    assert kept - asked == {"number", "either"}


def test_a_span_too_short_for_the_form_is_still_one() -> None:
    silent = AlertRule("home/pump", Condition(Operator.STALE, seconds=1e-9))
    assert 0 < typed_alert(form_of(silent), "home/pump").condition.seconds < 0.001


def test_what_the_data_does_not_say_is_usual() -> None:
    assert ALERTS.read({"filter": "a", "operator": "stale"}, id="1") == AlertRule(
        "a", Condition(Operator.STALE), id="1"
    )


@given(texts.filter(fold))
def test_no_topic_and_no_contact_has_the_unique_id_of_a_rule(name: str) -> None:
    unique_id = ALERTS.unique_id(replace(HOT, name=name))
    assert unique_id is not None
    with pytest.raises(BotError):
        valid_filter(unique_id)
    with pytest.raises(BotError):
        bare_jid(unique_id)


def test_a_rule_set_has_the_rules_and_how_alerts_are_told() -> None:
    kept = ConfigSubentry(
        data=MappingProxyType(dict(ALERTS.write(HOT)["data"])),
        subentry_type="alert",
        title="Freezer",
        unique_id=None,
    )
    options = {"notify_targets": ["notify.phone"], "sound": False, "storm": 0, "click": "/lovelace"}
    told = rule_set([kept], options)
    assert [rule.name for rule in told.alerts] == ["Freezer"]
    assert told.alerts[0].id == kept.subentry_id
    assert (told.targets, told.sound, told.storm, told.click) == (("notify.phone",), False, 0, "/lovelace")
    usual, default = rule_set([], {}), RuleSet()
    assert (usual.targets, usual.sound, usual.storm, usual.click) == (
        default.targets,
        default.sound,
        default.storm,
        default.click,
    )


def added(hass: HomeAssistant, *subentries: Any) -> tuple[MockConfigEntry, RuleStore]:
    """Return an entry with these subentries, and its rules port."""
    entry = bot_entry({}, subentries)
    entry.add_to_hass(hass)
    return entry, RuleStore(hass, entry)


async def test_a_new_rule_gets_an_id_and_the_next_number(hass: HomeAssistant) -> None:
    entry, port = added(hass, *alerts(AlertRule("a", HOT.condition, name="A", number=7)))
    kept = await port.put_alert(HOT)
    assert (kept.number, kept.name) == (8, "Freezer")
    subentry = entry.subentries[kept.id]
    assert (subentry.subentry_type, subentry.title) == ("alert", "Freezer")
    assert ALERTS.of(subentry) == kept


async def test_a_rule_may_be_called_like_a_topic(hass: HomeAssistant) -> None:
    entry, port = added(hass, *topics("home/freezer"))
    await port.put_alert(AlertRule("home/freezer", HOT.condition, name="home/freezer"))
    assert len(entry.subentries) == 2


async def test_a_rule_is_replaced_by_its_id(hass: HomeAssistant) -> None:
    entry, port = added(hass)
    kept = await port.put_alert(HOT)
    other = AlertRule("b", Condition(Operator.CHANGES), name="Icebox", id=kept.id, number=kept.number)
    assert await port.put_alert(other) == other
    (subentry,) = entry.subentries.values()
    assert (subentry.title, subentry.unique_id) == ("Icebox", ALERTS.unique_id(other))


@pytest.mark.parametrize("name", ["Freezer", " FREEZER "])
async def test_two_rules_are_not_called_alike(hass: HomeAssistant, name: str) -> None:
    entry, port = added(hass)
    first = await port.put_alert(HOT)
    second = await port.put_alert(AlertRule("b", HOT.condition, name="Icebox"))
    with pytest.raises(BotError, match="name_taken"):
        await port.put_alert(AlertRule("c", HOT.condition, name=name))
    with pytest.raises(BotError, match="name_taken"):
        await port.put_alert(AlertRule("b", HOT.condition, name=name, id=second.id))
    assert await port.put_alert(first) == first  # its own name is not taken
    assert len(entry.subentries) == 2


async def test_a_rule_is_removed(hass: HomeAssistant) -> None:
    entry, port = added(hass)
    kept = await port.put_alert(HOT)
    await port.remove_alert(kept)
    assert not entry.subentries
    for change in (port.remove_alert, port.put_alert):
        with pytest.raises(BotError, match="no_rule"):
            await change(kept)


@pytest.mark.parametrize("mode", ["standalone", "home_assistant"])
async def test_a_door_that_is_open_already_is_told_by_a_new_rule(
    hass: HomeAssistant, mosquitto: Server, mock_hass_config: None, mode: str
) -> None:
    """The broker is asked for what it retains, although the bot has heard it already."""
    port, topic = mosquitto.ports["mqtt"], f"doors/{mode}/front"
    await publish(port, topic, "OPEN", "-r")
    mqtt = mqtt_entry(port)
    mqtt.add_to_hass(hass)
    assert await hass.config_entries.async_setup(mqtt.entry_id)
    data = standalone(port) if mode == "standalone" else {"mode": mode}
    entry = bot_entry(data | NO_ACCOUNT, topics(f"doors/{mode}/#"))
    try:
        async with running(hass, entry, None) as runtime:
            await until(lambda: runtime.bot.status.messages == 1)
            await runtime.bot.ask(f"alert {topic} == OPEN as Door", ADMIN)
            await until(lambda: runtime.bot.alerts.active)
            # Told as an alert, and not as a message once more.
            assert len(await runtime.store.history.page(topic, 10)) == 1
    finally:
        await hass.config_entries.async_unload(mqtt.entry_id)
        await publish(port, topic, "", "-r")
