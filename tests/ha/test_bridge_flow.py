"""Bridges as they are kept: from the settings and from commands."""

from typing import Any

from flows import asked, suggested
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import ALICE, BOT, NO_ACCOUNT, bot_entry, contacts, standalone, topics

from custom_components.dinox_mqtt_bot.bot.model.jid import bare_jid
from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Bridge, Direction, Format, Role, Subscription
from custom_components.dinox_mqtt_bot.bot.model.topics import fold, valid_filter
from custom_components.dinox_mqtt_bot.entry.rule_store import RuleStore
from custom_components.dinox_mqtt_bot.entry.rules import BRIDGES, rule_set

ROOM = "kitchen@conference.home.test"
NIGHT = Bridge("home/night/#", ALICE, number=3, name="Night")
FORM: dict[str, Any] = {
    "filter": "home/#",
    "to": ALICE,
    "room": False,
    "direction": "out",
    "enabled": True,
    "text": {"format": "full", "per_minute": 30},
    "back": {"role": "operator", "qos": "1", "retain": False},
}

texts = st.text(max_size=20)


@given(
    st.builds(
        Bridge,
        filter=texts,
        to=texts,
        id=texts,
        number=st.integers(0, 10**6),
        name=texts,
        room=st.booleans(),
        nick=texts,
        direction=st.sampled_from(Direction),
        format=st.sampled_from(Format),
        template=texts,
        topic=texts,
        role=st.sampled_from(Role),
        per_minute=st.integers(0, 600),
        qos=st.sampled_from(QoS),
        retain=st.booleans(),
        enabled=st.booleans(),
    )
)
def test_a_bridge_comes_back_as_it_was_kept(kept: Bridge) -> None:
    assert BRIDGES.read(BRIDGES.write(kept)["data"], id=kept.id) == kept


def test_what_the_data_does_not_say_is_usual() -> None:
    assert BRIDGES.read({"filter": "a", "to": "b"}, id="1") == Bridge("a", "b", id="1")


@given(texts.filter(fold))
def test_no_topic_and_no_contact_has_the_unique_id_of_a_bridge(name: str) -> None:
    unique_id = BRIDGES.unique_id(Bridge("home/#", ALICE, name=name))
    assert unique_id is not None
    with pytest.raises(BotError):
        valid_filter(unique_id)
    with pytest.raises(BotError):
        bare_jid(unique_id)


@pytest.fixture
def entry(hass: HomeAssistant, no_bot: None) -> MockConfigEntry:
    """A bot with an account, one bridge, one contact, one named topic."""
    data = standalone(1) | NO_ACCOUNT | {"jid": BOT}
    rules = [BRIDGES.write(NIGHT), *contacts(ALICE), *topics(Subscription("home/door", alias="Front door"))]
    entry = bot_entry(data, rules)
    entry.add_to_hass(hass)
    return entry


def kept(entry: MockConfigEntry) -> list[Bridge]:
    return list(rule_set(entry.subentries.values(), {}).bridges)


async def add(hass: HomeAssistant, entry: MockConfigEntry, answers: dict[str, Any] | None = None) -> Any:
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "bridge"), context={"source": SOURCE_USER}
    )
    if answers is None:
        return form
    return await hass.config_entries.subentries.async_configure(form["flow_id"], answers)


async def test_a_bridge_is_added(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    end = await add(
        hass,
        entry,
        FORM
        | {"filter": " front  door ", "to": "Alice@home.test", "name": " Door  bell ", "direction": "both"}
        | {"text": {"format": "short", "template": "{value}", "per_minute": 0}}
        | {"back": {"topic": "out/x", "role": "admin", "qos": "2", "retain": True}},
    )
    assert (end["type"], end["title"]) == (FlowResultType.CREATE_ENTRY, "Door bell")
    made = kept(entry)[-1]
    assert made == Bridge(
        *("home/door", ALICE, made.id, 4, "Door bell", False, "", Direction.BOTH, Format.SHORT, "{value}"),
        *("out/x", Role.ADMIN, 0, QoS.EXACTLY_ONCE, True, True),
    )


async def test_a_room_is_recognised_and_two_bridges_need_no_name(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    first = await add(hass, entry, FORM | {"to": ROOM, "nick": "Robo"})
    await add(hass, entry, FORM)
    assert first["title"] == f"home/# → {ROOM}"
    assert [(each.to, each.room, each.nick, each.number) for each in kept(entry)[1:]] == [
        (ROOM, True, "Robo", 4),
        (ALICE, False, "", 5),
    ]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"filter": "a/#/b"}, "user filter: invalid_filter"),
        ({"to": "nobody@home.test"}, "user to: bridge_no_contact"),
        ({"to": "nobody"}, "user to: invalid_jid"),
        ({"name": "NIGHT"}, "user name: bridge_name"),
        ({"filter": NIGHT.filter}, "user filter: bridge_twin"),
        ({"text": FORM["text"] | {"template": "{temp}"}}, "user text: invalid_template"),
        ({"back": FORM["back"] | {"topic": "a/+"}}, "user back: invalid_topic"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    hass: HomeAssistant, entry: MockConfigEntry, answers: dict[str, Any], error: str
) -> None:
    form = await add(hass, entry, FORM | answers)
    assert asked(form) == error
    assert suggested(form)["filter"] == (FORM | answers)["filter"]
    assert len(kept(entry)) == 1


async def test_no_topic_and_no_contact_is_chosen_before_the_user_does(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    form = await add(hass, entry)
    chosen = {
        str(field): field.default() for field in form["data_schema"].schema if field in {"filter", "to"}
    }
    assert chosen == {"filter": "", "to": ""}
    nothing = {key: value for key, value in FORM.items() if key not in chosen}
    assert asked(await add(hass, entry, nothing)) == "user filter: invalid_filter"
    assert asked(await add(hass, entry, nothing | {"filter": "home/#"})) == "user to: invalid_jid"


async def test_a_bridge_is_changed_and_keeps_its_number(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    (known,) = entry.get_subentries_of_type("bridge")
    form = await entry.start_subentry_reconfigure_flow(hass, known.subentry_id)
    assert (suggested(form)["name"], suggested(form)["per_minute"]) == ("Night", 30)
    await hass.config_entries.subentries.async_configure(form["flow_id"], FORM | {"enabled": False})
    assert kept(entry) == [Bridge("home/#", ALICE, known.subentry_id, 3, enabled=False)]


async def test_without_an_account_there_is_nobody_to_lead_to(hass: HomeAssistant, no_bot: None) -> None:
    entry = bot_entry(standalone(1) | NO_ACCOUNT)
    entry.add_to_hass(hass)
    end = await add(hass, entry)
    assert (end["type"], end["reason"]) == (FlowResultType.ABORT, "chat_not_configured")


async def test_commands_keep_bridges_the_same_way(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    port = RuleStore(hass, entry)
    made = await port.put_bridge(Bridge("a", ALICE))
    assert (made.number, made.id) == (4, kept(entry)[-1].id)
    with pytest.raises(BotError, match="bridge_name"):
        await port.put_bridge(Bridge("b", ALICE, name="night"))
    with pytest.raises(BotError, match="bridge_twin"):
        await port.put_bridge(Bridge("a", ALICE, format=Format.SHORT))
    changed = await port.put_bridge(Bridge("b", ALICE, made.id, 4, "Day"))
    assert kept(entry)[-1] == changed
    await port.remove_bridge(changed)
    assert [each.name for each in kept(entry)] == ["Night"]
    for again in (port.put_bridge, port.remove_bridge):
        with pytest.raises(BotError, match="no_bridge"):
            await again(changed)
