"""Every command as a form: what a contact is offered, fills in, is asked back, and is told."""

from dataclasses import replace
import json

from alert_rules import above
from fakes import GUEST, ME, World, failing
from hypothesis import given, settings, strategies as st
import pytest

from bot.commands.catalogue import COMMANDS
from bot.commands.command import parameters
from bot.forms.fields import NOTHING, values_meant
from bot.forms.forms import WHICH, YES, Forms
from bot.model.forms import CommandForm, FieldKind, FieldOption, FormField, FormStep, Refused
from bot.model.message import QoS
from bot.model.rules import (
    AlertRule,
    Bridge,
    Contact,
    Follow,
    Preset,
    Priority,
    Role,
    Scope,
    Subscription,
)

HELPER = "helper@example.org"
ROOM = "room@rooms.example.org"
GERMAN = "oma@example.org"
PEOPLE = (
    Contact(ME, name="Me"),
    Contact(GUEST, role=Role.VIEWER, receives=False),
    Contact(HELPER, role=Role.OPERATOR),
    Contact(ROOM, room=True),
    Contact(GERMAN, language="de"),
)
LAMP = {
    "name": None,
    "schema": "json",
    "stat_t": "z/lamp",
    "cmd_t": "z/lamp/set",
    "dev": {"name": "Kitchen lamp", "sa": "Kitchen"},
}


def a_world(*subscriptions: Subscription, **more: object) -> World:
    wanted = subscriptions or (Subscription("home/#", alias="House"),)
    return World(*wanted, **{"contacts": PEOPLE, **more})  # type: ignore[arg-type]


def forms_of(world: World) -> Forms:
    return Forms(world.bot, world.bot.execute)


def hot(**how: object) -> AlertRule:
    return above("30", "home/t", **{"name": "Hot", **how})


def burning(**more: object) -> World:
    world = a_world(alerts=(hot(), above("40", "home/u", id="r2", number=2, name="Hotter")), **more)
    world.receive("home/t", "35")
    world.receive("home/u", "45")
    return world


async def shown(forms: Forms, node: str, who: str = ME) -> FormStep:
    step = await forms.begin(who, node)
    assert isinstance(step, FormStep)
    return step


async def filled(forms: Forms, step: FormStep, who: str = ME, **values: str | tuple[str, ...]) -> FormStep:
    """Send a form back with these values in place of those that it came with, as a client does."""
    assert step.form is not None
    sent = {field.name: field.values for field in step.form.fields}
    typed = {name: (value,) if isinstance(value, str) else value for name, value in values.items()}
    after = await forms.submit(who, step, {**sent, **typed})
    assert isinstance(after, FormStep)
    return after


def field(step: FormStep, name: str) -> FormField:
    assert step.form is not None
    return next(each for each in step.form.fields if each.name == name)


def values(of: FormField) -> list[str]:
    return [option.value for option in of.options]


# The list.


def test_what_is_used_most_comes_first_and_all_of_it_is_there() -> None:
    nodes = [each.node for each in forms_of(a_world()).offered(ME)]
    assert nodes[:4] == ["status", "alerts", "ack", "snooze"]
    assert sorted(nodes) == sorted(command.node for command in COMMANDS)


def test_each_is_offered_what_its_role_may_and_strangers_and_rooms_nothing() -> None:
    forms = forms_of(a_world())
    viewer = {each.node for each in forms.offered(GUEST)}
    assert viewer == {command.node for command in COMMANDS if command.role is Role.VIEWER}
    assert "ack" in {each.node for each in forms.offered(HELPER)}
    assert "purge" not in {each.node for each in forms.offered(HELPER)}
    assert forms.offered("who@example.org") == forms.offered(ROOM) == ()


def test_who_operates_some_topics_is_offered_what_can_be_done_with_them() -> None:
    keeper = Contact(GUEST, role=Role.VIEWER, operates=(Follow(Scope.TOPIC, "home/t", "home/t"),))
    offered = {each.node for each in forms_of(a_world(contacts=(keeper,))).offered(GUEST)}
    assert {"ack", "set"} <= offered
    assert "mute" not in offered


def test_the_list_is_in_the_language_of_the_contact() -> None:
    forms = forms_of(a_world())
    assert forms.offered(ME)[2].name == "Acknowledge"
    assert forms.offered(GERMAN)[2].name == "Quittieren"


# What is refused.


@pytest.mark.parametrize(
    "node", ["", "nothing", "status#1", "ack#", "ack#x", "ack#1234567890123456789", "ack#²"]
)
async def test_what_is_no_command_is_unknown(node: str) -> None:
    assert await forms_of(a_world()).begin(ME, node) is Refused.UNKNOWN


async def test_strangers_and_rooms_know_of_no_command() -> None:
    forms = forms_of(a_world())
    assert await forms.begin("who@example.org", "status") is Refused.UNKNOWN
    assert await forms.begin(ROOM, "status") is Refused.UNKNOWN


async def test_the_role_is_looked_up_at_each_step() -> None:
    world = a_world()
    forms = forms_of(world)
    assert await forms.begin(GUEST, "purge") is Refused.NOT_ALLOWED
    step = await shown(forms, "clear")
    asked = await filled(forms, step, filter="")
    lower = tuple(replace(each, role=Role.VIEWER) for each in PEOPLE)
    world.receive("home/a", "1")
    world.bot.apply(replace(world.bot.rules, contacts=lower))
    for each in (step, asked):
        assert await forms.submit(ME, each, {YES: ("1",)}) is Refused.NOT_ALLOWED
    world.bot.apply(replace(world.bot.rules, contacts=()))
    assert await forms.submit(ME, asked, {YES: ("1",)}) is Refused.NOT_ALLOWED
    assert len(world.history.appended) == 1


# What is filled in.


async def test_what_needs_nothing_is_done_at_once() -> None:
    step = await shown(forms_of(a_world()), "status")
    assert step.form is None
    assert not step.failed
    assert "Waiting for data" in step.note
    assert step.sheet is not None
    assert step.sheet.columns[:2] == ("What", "Value")
    assert step.sheet.rows[0] == ("Broker", "connected")


async def test_a_form_says_what_the_command_does_and_each_field_what_it_is() -> None:
    step = await shown(forms_of(a_world()), "publish")
    assert step.form is not None
    assert (step.form.title, step.form.instructions) == ("Publish", "Publishes a message to a topic.")
    kinds = {each.name: each.kind for each in step.form.fields}
    assert kinds == {
        "topic": FieldKind.TEXT,  # nothing came in that could be chosen
        "payload": FieldKind.LINES,
        "qos": FieldKind.ONE_OF,
        "retain": FieldKind.BOOLEAN,
    }
    assert field(step, "topic").required
    assert not field(step, "qos").required
    assert field(step, "qos").values == ("1",)
    assert field(step, "retain").values == ("0",)
    assert field(step, "topic").label
    assert field(step, "topic").hint


async def test_a_number_has_its_bounds() -> None:
    days = field(await shown(forms_of(a_world()), "try"), "days")
    assert (days.kind, days.values, days.least, days.most) == (FieldKind.TEXT, ("7",), 1, 90)


async def test_lines_become_one_payload_and_it_is_published() -> None:
    world = a_world()
    forms = forms_of(world)
    step = await filled(forms, await shown(forms, "publish"), topic="home/x", payload=("one", "two"))
    assert "home/x" in step.note
    assert world.broker.published == [("home/x", b"one\ntwo", QoS.AT_LEAST_ONCE, False)]


async def test_a_mistake_brings_the_same_form_with_the_reason_and_what_was_typed() -> None:
    forms = forms_of(a_world())
    first = await shown(forms, "try")
    again = await filled(forms, first, rule="1", days="400")
    assert again.failed
    assert again.form is not None
    assert "400" in again.note
    assert (
        again.form.instructions
        == f"{again.note}\nTells what an alert rule would have done to the messages in the history."
    )
    assert field(again, "days").values == ("400",)
    assert field(again, "rule").values == ("1",)
    # It is right now, but there is no such rule: that is found out by the command itself.
    missing = await filled(forms, again, days="3")
    assert missing.failed
    assert field(missing, "days").values == ("3",)


async def test_without_what_is_needed_it_is_asked_for() -> None:
    forms = forms_of(a_world())
    again = await filled(forms, await shown(forms, "alias"), topic="home/x")
    assert again.form is not None
    assert "missing" in again.form.instructions
    assert field(again, "topic").values == ("home/x",)


async def test_what_no_field_asks_for_is_nobodys() -> None:
    world = a_world()
    world.receive("home/a", "1")
    forms = forms_of(world)
    step = await shown(forms, "clear")
    asked = await filled(forms, step, confirm="1", force="1", nothing="x", filter="home/a")
    assert asked.form is not None
    assert [each.name for each in asked.form.fields] == [YES]
    assert world.history.appended


async def test_what_fails_without_a_form_says_so() -> None:
    world = a_world()
    step = await shown(forms_of(world), "undo")
    assert step.form is None
    assert step.failed
    assert step.note


async def test_whatever_goes_wrong_is_answered() -> None:
    world = a_world()
    forms = forms_of(world)

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    world.history.topics = broken  # type: ignore[method-assign, assignment]
    step = await shown(forms, "dbstats")
    assert not step.failed
    forms = Forms(world.bot, broken)  # type: ignore[arg-type]
    step = await shown(forms, "status")
    assert step.failed
    assert step.note == "Something went wrong here. The log of Home Assistant says what."


async def test_what_the_bot_says_is_in_the_language_of_the_contact() -> None:
    forms = forms_of(a_world())
    step = await shown(forms, "publish", GERMAN)
    assert step.form is not None
    assert step.form.instructions == "Veröffentlicht eine Nachricht auf einem Topic."
    again = await filled(forms, await shown(forms, "try", GERMAN), GERMAN, days="400", rule="x")
    assert "ganze Zahl" in again.note


# What there is to choose from.


async def test_alerts_are_chosen_and_the_newest_is_already() -> None:
    world = burning()
    forms = forms_of(world)
    step = await shown(forms, "ack")
    alert = field(step, "alert")
    assert alert.kind is FieldKind.SOME_OF
    assert [each.label for each in alert.options] == ["#2 Hotter · House / u", "#1 Hot · House / t"]
    assert alert.values == ("2",)
    done = await filled(forms, step, note="on my way")
    assert "#2" in done.note
    assert [each.number for each in world.bot.alerts.active if each.acknowledged_by] == [2]
    done = await filled(forms, step, alert=("1", "2"), duration="2h")
    assert all(each.acknowledged_by == ME for each in world.bot.alerts.active)


async def test_a_choice_that_comes_back_by_its_label_is_that_choice() -> None:
    world = burning()
    forms = forms_of(world)
    step = await shown(forms, "ack")
    await filled(forms, step, alert=("#1 Hot · House / t",))
    assert [each.number for each in world.bot.alerts.active if each.acknowledged_by] == [1]
    step = await shown(forms, "snooze")
    await filled(forms, step, alert=("#2 Hotter · House / u", "#1 Hot · House / t"))
    assert all(each.snoozed_until for each in world.bot.alerts.active)


async def test_what_is_the_label_of_one_and_the_value_of_another_is_the_value() -> None:
    options = (FieldOption("2", "1"), FieldOption("Two", "2"), FieldOption("Two", "3"))
    form = CommandForm("", "", (FormField("which", FieldKind.SOME_OF, "", options=options),))
    meant = values_meant(form, {"which": ["2", "Two", "Four"], "more": ["Two"]})
    assert meant == {"which": ["2", "2", "Four"], "more": ["Two"]}


async def test_no_alert_chosen_is_not_all_of_them() -> None:
    world = burning()
    forms = forms_of(world)
    again = await filled(forms, await shown(forms, "ack"), alert=())
    assert again.failed
    assert not any(each.acknowledged_by for each in world.bot.alerts.active)


async def test_an_alert_that_is_over_by_then_is_not_taken_for_another() -> None:
    world = burning()
    forms = forms_of(world)
    step = await shown(forms, "ack")
    again = await filled(forms, step, alert=("7",))
    assert again.failed
    assert not any(each.acknowledged_by for each in world.bot.alerts.active)


async def test_with_nothing_to_choose_from_it_is_typed() -> None:
    forms = forms_of(a_world())
    step = await shown(forms, "ack")
    assert field(step, "alert").kind is FieldKind.TEXT
    again = await filled(forms, step)
    assert again.failed
    assert "alert" in again.note


async def test_a_button_does_it_to_one_alert_and_says_when_that_is_over() -> None:
    world = burning()
    forms = forms_of(world)
    step = await shown(forms, "ack#1")
    assert step.form is None
    assert "#1" in step.note
    assert [each.number for each in world.bot.alerts.active if each.acknowledged_by] == [1]
    over = await shown(forms, "snooze#9")
    assert over.failed
    assert over.form is None
    assert await forms.begin(GUEST, "ack#1") is Refused.NOT_ALLOWED


async def test_rules_bridges_presets_topics_contacts_and_what_is_muted_are_chosen() -> None:
    world = burning(
        bridges=(
            Bridge("home/#", "me@example.org", id="b1", number=1),
            Bridge("x", ME, id="b2", number=2, name="Door"),
        ),
        presets=(Preset("Good night", "home/x", id="p1", number=1),),
        follows=(Follow(Scope.TOPIC, "home/t", "Balcony"), Follow(Scope.ALL)),
    )
    world.receive("home/late", "x")
    forms = forms_of(world)
    await world.ask("mute home/t")
    await world.ask("mute Hotter")
    chosen = {
        ("rmalert", "rule"): ["1", "2"],
        ("rmbridge", "bridge"): ["1", "2"],
        ("preset", "name"): [NOTHING, "Good night"],
        ("unsubscribe", "filter"): ["home/#"],
        ("unfollow", "name"): ["Balcony"],
        ("contacts", "contact"): [NOTHING, ME, GUEST, HELPER, ROOM, GERMAN],
        ("unmute", "what"): ["Hotter", "home/t"],
        ("why", "alert"): [NOTHING, "2", "1"],
    }
    for (node, name), wanted in chosen.items():
        assert values(field(await shown(forms, node), name)) == wanted, node
    assert set(values(field(await shown(forms, "chart"), "topic"))) == {"home/t", "home/u", "home/late"}
    assert field(await shown(forms, "chart"), "topic").open
    assert not field(await shown(forms, "rmalert"), "rule").open
    assert "status" in values(field(await shown(forms, "help"), "command"))
    assert field(await shown(forms, "rmbridge"), "bridge").options[1].label == "2 Door"
    done = await filled(forms, await shown(forms, "unmute"), what="home/t")
    assert "home/t" in done.note
    removed = await filled(forms, await shown(forms, "rmalert"), rule="1")
    assert "Hot" in removed.note
    assert [each.number for each in world.bot.rules.alerts] == [2]


async def test_devices_that_can_be_set_are_chosen() -> None:
    world = a_world()
    world.receive("homeassistant/light/l/config", json.dumps(LAMP), retain=True)
    forms = forms_of(world)
    step = await shown(forms, "set")
    assert values(field(step, "name")) == ["Kitchen lamp"]
    done = await filled(forms, step, name="Kitchen lamp", value="on")
    assert "Kitchen lamp" in done.note
    assert [topic for topic, *_ in world.broker.published] == ["z/lamp/set"]


async def test_nothing_chosen_is_an_option_that_changes_nothing() -> None:
    world = a_world()
    forms = forms_of(world)
    step = await shown(forms, "priority")
    assert field(step, "priority").values == (NOTHING,)
    assert values(field(step, "priority")) == [NOTHING, "silent", "normal", "alert", "critical"]
    listed = await filled(forms, step, filter="home/#")
    assert not listed.failed
    assert world.bot.rules.subscriptions[0].priority is Priority.NORMAL
    await filled(forms, step, filter="home/#", priority="alert")
    assert world.bot.rules.subscriptions[0].priority is Priority.ALERT


async def test_what_could_not_be_sent_back_is_not_offered() -> None:
    world = a_world()
    for topic in ("home/ok", "home/new\nline", "home/blank ", "home/" + "x" * 300, NOTHING):
        world.receive(topic, "1")
    forms = forms_of(world)
    assert values(field(await shown(forms, "chart"), "topic")) == ["home/ok"]
    assert values(field(await shown(forms, "history"), "topic")) == [NOTHING, "home/ok"]


async def test_of_many_topics_the_newest_fifty_are_offered() -> None:
    world = a_world()
    for number in range(70):
        world.clock.time += 1
        world.receive(f"home/{number:02}", "1")
    found = values(field(await shown(forms_of(world), "chart"), "topic"))
    assert found[0] == "home/69"
    assert len(found) == 50


# What is asked back.


async def test_what_cannot_be_undone_is_asked_about_in_a_second_step() -> None:
    world = a_world()
    world.receive("home/a", "1")
    forms = forms_of(world)
    first = await shown(forms, "clear")
    asked = await filled(forms, first, filter="home/a")
    assert asked.form is not None
    assert asked.form.instructions == "This deletes the history of home/a: 1 message. This cannot be undone."
    assert [(each.name, each.kind, each.values) for each in asked.form.fields] == [
        (YES, FieldKind.BOOLEAN, ("0",))
    ]
    assert asked.first is not None
    assert field(asked.first, "filter").values == ("home/a",)
    kept = await filled(forms, asked)
    assert kept.note == "Nothing was done."
    assert world.history.appended
    done = await filled(forms, asked, **{YES: "true"})
    assert "deleted" in done.note
    assert not world.history.appended


async def test_what_goes_wrong_after_the_yes_brings_the_first_form_again() -> None:
    world = a_world()
    world.receive("home/a", "1")
    forms = forms_of(world)
    asked = await filled(forms, await shown(forms, "clear"), filter="home/a")

    async def broken(topic_filter: str) -> int:
        raise failing("history_unreadable", reason="gone")

    world.history.forget = broken  # type: ignore[method-assign]
    again = await filled(forms, asked, **{YES: "1"})
    assert again.failed
    assert field(again, "filter").values == ("home/a",)


async def test_what_nobody_knows_is_made_after_a_yes() -> None:
    world = a_world()
    forms = forms_of(world)
    asked = await filled(forms, await shown(forms, "alert"), topic="freezer", condition="> 3")
    assert asked.form is not None
    assert "freezer" in asked.form.instructions
    assert not world.bot.rules.alerts
    done = await filled(forms, asked, **{YES: "1"})
    assert "freezer" in done.note
    assert len(world.bot.rules.alerts) == 1


async def test_one_of_several_that_are_called_so_is_chosen() -> None:
    world = a_world()
    for topic in ("home/kitchen/door", "home/hall/door"):
        world.receive(topic, "open")
    forms = forms_of(world)
    asked = await filled(forms, await shown(forms, "mute"), what="door")
    assert asked.form is not None
    assert "door" in asked.form.instructions
    which = field(asked, WHICH)
    assert values(which) == ["1", "2"]
    again = await filled(forms, asked, **{WHICH: "3"})
    assert again.form == asked.form
    done = await filled(forms, asked, **{WHICH: "1"})
    assert which.options[0].label in done.note
    assert done.form is None


async def test_a_suggested_rule_is_chosen() -> None:
    world = a_world(Subscription("#"))
    for name in ("Freezer", "Gefrierschrank"):
        told = {
            "name": None,
            "stat_t": name,
            "dev_cla": "temperature",
            "unit_of_meas": "°C",
            "dev": {"name": name},
        }
        world.receive(f"homeassistant/sensor/{name}/config", json.dumps(told), retain=True)
        world.receive(name, "-18")
    forms = forms_of(world)
    asked = await filled(forms, await shown(forms, "suggest"))
    assert asked.form is not None
    assert field(asked, WHICH).options
    done = await filled(forms, asked, **{WHICH: "1"})
    assert not done.failed
    assert len(world.bot.rules.alerts) == 1


# Whatever is sent.


def test_no_option_is_ever_empty_and_every_field_has_a_name_in_both_languages() -> None:
    assert all(
        parameter.of is None or parameter.kind is str for each in COMMANDS for parameter in parameters(each)
    )
    assert NOTHING


@pytest.mark.parametrize("node", [command.node for command in COMMANDS])
async def test_every_command_can_be_shown_and_sent_back_as_it_is(node: str) -> None:
    for who in (ME, GERMAN):
        world = burning()
        forms = forms_of(world)
        step = await shown(forms, node, who)
        if step.form is None:
            assert step.note
            continue
        check(step.form)
        after = await filled(forms, step, who)
        assert after.note or after.form


def check(form: CommandForm) -> None:
    assert form.title
    assert form.instructions
    for each in form.fields:
        assert each.label
        assert not each.label.startswith("services.")
        assert all(option.value and option.label for option in each.options)
        assert len({option.value for option in each.options}) == len(each.options)
        if each.kind is FieldKind.ONE_OF:
            assert len(each.values) <= 1


_TEXTS = st.dictionaries(
    st.sampled_from(
        ["topic", "filter", "name", "alert", "payload", "qos", "days", "rule", YES, WHICH, "", "x"]
    ),
    st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from(["1", "0", "true", NOTHING, "home/t", "#1"])),
        max_size=3,
    ).map(tuple),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(node=st.sampled_from([command.node for command in COMMANDS]), answers=st.lists(_TEXTS, max_size=3))
async def test_whatever_is_filled_in_is_answered_with_a_form_or_a_result(
    node: str, answers: list[dict[str, tuple[str, ...]]]
) -> None:
    forms = forms_of(burning())
    step = await shown(forms, node)
    for answer in answers:
        if step.form is None:
            break
        after = await forms.submit(ME, step, answer)
        assert isinstance(after, FormStep)
        step = after
        assert step.note or step.form
