"""Topics and contacts, as they are added and changed in the settings."""

from types import MappingProxyType
from typing import Any

from flows import asked, suggested
from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import NO_ACCOUNT, bot_entry, contacts, standalone, topics

from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Display, Priority, Role, Subscription
from custom_components.dinox_mqtt_bot.entry.rules import CONTACTS, TOPICS

pytestmark = pytest.mark.usefixtures("no_bot")

TOPIC = {"filter": "home/#", "priority": "normal", "display": "each", "qos": "1"}
CONTACT = {"jid": "you@home.test", "role": "admin", "receives": True}


@pytest.fixture
def entry(hass: HomeAssistant) -> MockConfigEntry:
    """A bot with one topic and one contact."""
    entry = bot_entry(standalone(1) | NO_ACCOUNT, [*topics("lab/#"), *contacts("alice@home.test")])
    entry.add_to_hass(hass)
    return entry


async def add(hass: HomeAssistant, entry: MockConfigEntry, kind: str) -> Any:
    """Open the form of a new rule."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, kind), context={"source": SOURCE_USER}
    )


async def answer(hass: HomeAssistant, form: Any, answers: dict[str, Any]) -> Any:
    """Submit the form of a rule."""
    return await hass.config_entries.subentries.async_configure(form["flow_id"], answers)


def rules(entry: MockConfigEntry, kind: str) -> list[Any]:
    """Return the subentries of one type."""
    return list(entry.get_subentries_of_type(kind))


async def test_a_topic_is_added(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await add(hass, entry, "topic")
    assert asked(form) == "user"
    everything = {
        "filter": " home/# ",
        "alias": "Home",
        "priority": "silent",
        "display": "digest",
        "qos": "2",
        "icon": "🏠",
    }
    end = await answer(hass, form, everything)
    assert (end["type"], end["title"], end["unique_id"]) == (FlowResultType.CREATE_ENTRY, "Home", "home/#")
    added = rules(entry, "topic")[-1]
    assert TOPICS.of(added) == Subscription(
        "home/#", QoS.EXACTLY_ONCE, "Home", Priority.SILENT, Display.DIGEST, "🏠"
    )


async def test_a_contact_is_added(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await add(hass, entry, "contact")
    assert asked(form) == "user"
    end = await answer(
        hass, form, {"jid": "You@Home.test/phone", "name": "You", "role": "viewer", "receives": False}
    )
    assert (end["type"], end["title"], end["unique_id"]) == (
        FlowResultType.CREATE_ENTRY,
        "You",
        "you@home.test",
    )
    assert CONTACTS.of(rules(entry, "contact")[-1]) == Contact(
        "you@home.test", "You", Role.VIEWER, receives=False
    )


@pytest.mark.parametrize(
    ("kind", "wrong", "complaint", "good"),
    [
        ("topic", TOPIC | {"filter": "home/#/x"}, "filter: invalid_filter", TOPIC),
        ("topic", TOPIC | {"filter": " "}, "filter: filter_or_device", TOPIC),
        ("topic", TOPIC | {"filter": "lab/#"}, "filter: already_configured", TOPIC),
        ("contact", CONTACT | {"jid": "you"}, "jid: invalid_jid", CONTACT),
        ("contact", CONTACT | {"jid": "Alice@home.test"}, "jid: already_configured", CONTACT),
    ],
)
async def test_a_rule_that_cannot_be_added_is_mended_in_the_same_form(
    hass: HomeAssistant, entry: MockConfigEntry, kind: str, wrong: Any, complaint: str, good: Any
) -> None:
    form = await answer(hass, await add(hass, entry, kind), wrong)
    assert asked(form) == f"user {complaint}"
    assert (await answer(hass, form, good))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("kind", "holds", "changed", "title", "unique_id"),
    [
        (
            "topic",
            {"filter": "lab/#", "priority": "normal", "display": "each", "qos": "1"},
            TOPIC,
            "home/#",
            "home/#",
        ),
        ("topic", {"filter": "lab/#"}, TOPIC | {"filter": "lab/#", "alias": "Lab"}, "Lab", "lab/#"),
        (
            "contact",
            {"jid": "alice@home.test", "role": "admin", "receives": True},
            CONTACT,
            *["you@home.test"] * 2,
        ),
    ],
)
async def test_a_rule_is_changed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    kind: str,
    holds: Any,
    changed: Any,
    title: str,
    unique_id: str,
) -> None:
    rule = rules(entry, kind)[0]
    form = await entry.start_subentry_reconfigure_flow(hass, rule.subentry_id)
    assert asked(form) == "reconfigure"
    assert suggested(form).items() >= holds.items()
    end = await answer(hass, form, changed)
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    rule = rules(entry, kind)[0]
    assert (rule.title, rule.unique_id) == (title, unique_id)
    assert rule.data.items() >= changed.items()


async def test_a_rule_cannot_be_changed_into_another_one(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await answer(hass, await add(hass, entry, "topic"), TOPIC)
    first = rules(entry, "topic")[0]
    form = await entry.start_subentry_reconfigure_flow(hass, first.subentry_id)
    form = await answer(hass, form, TOPIC)
    assert asked(form) == "reconfigure filter: already_configured"
    end = await answer(hass, form, TOPIC | {"filter": "lab/+"})
    assert (end["type"], rules(entry, "topic")[0].unique_id) == (FlowResultType.ABORT, "lab/+")


async def test_the_first_contact_can_do_everything_and_later_ones_look(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    end = await answer(hass, await add(hass, entry, "contact"), {"jid": "xmpp:bob@home.test"})
    assert end["type"] is FlowResultType.CREATE_ENTRY
    assert CONTACTS.of(rules(entry, "contact")[-1]) == Contact("bob@home.test", role=Role.VIEWER)
    for each in rules(entry, "contact"):
        hass.config_entries.async_remove_subentry(entry, each.subentry_id)
    await answer(hass, await add(hass, entry, "contact"), {"jid": "bob@home.test"})
    assert CONTACTS.of(rules(entry, "contact")[-1]).role is Role.ADMIN


async def test_an_icon_is_an_emoji(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    form = await answer(hass, await add(hass, entry, "topic"), TOPIC | {"icon": "thermometer"})
    assert asked(form) == "user icon: invalid_icon"
    assert form["description_placeholders"] == {"icon": "thermometer"}
    end = await answer(hass, form, TOPIC | {"icon": " 🌡️ "})
    assert end["type"] is FlowResultType.CREATE_ENTRY
    assert TOPICS.of(rules(entry, "topic")[-1]).icon == "🌡️"


@pytest.mark.parametrize(
    ("kind", "field", "offered"), [("topic", "filter", ["lab/#", "lab/x"]), ("preset", "topic", ["lab/x"])]
)
async def test_topics_that_are_known_are_offered_wherever_one_is_asked(
    hass: HomeAssistant, entry: MockConfigEntry, kind: str, field: str, offered: list[str]
) -> None:
    (x,) = topics(Subscription("lab/x", alias="X"))
    hass.config_entries.async_add_subentry(
        entry, ConfigSubentry(**{**x, "data": MappingProxyType(dict(x["data"]))})
    )
    form = await add(hass, entry, kind)
    choices = form["data_schema"].schema[field].config["options"]
    assert [each["value"] for each in choices] == offered
    assert choices[-1]["label"] == "X (lab/x)"
