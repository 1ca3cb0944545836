"""Presets as they are kept: from the settings, from commands, from the settings of the DinoX plugin."""

from typing import Any

from flows import asked, suggested
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from running import NO_ACCOUNT, bot_entry, contacts, standalone

from custom_components.dinox_mqtt_bot.bot.model.jid import bare_jid
from custom_components.dinox_mqtt_bot.bot.model.message import QoS
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Contact, Preset, Role
from custom_components.dinox_mqtt_bot.bot.model.topics import fold, valid_filter
from custom_components.dinox_mqtt_bot.entry.rule_store import RuleStore
from custom_components.dinox_mqtt_bot.entry.rules import CONTACTS, PRESETS, rule_set

NIGHT = Preset("Good night", "home/night", "ON", number=3)
FORM: dict[str, Any] = {
    "name": "Light",
    "topic": "home/light/set",
    "qos": "1",
    "retain": False,
    "role": "operator",
}

texts = st.text(max_size=20)


@given(
    st.builds(
        Preset,
        texts,
        texts,
        texts,
        texts,
        st.integers(0, 10**6),
        st.sampled_from(QoS),
        st.booleans(),
        st.sampled_from(Role),
    )
)
def test_a_preset_comes_back_as_it_was_kept(kept: Preset) -> None:
    assert PRESETS.read(PRESETS.write(kept)["data"], id=kept.id) == kept


def test_what_the_data_does_not_say_is_usual() -> None:
    assert PRESETS.read({"name": "a", "topic": "b"}, id="1") == Preset("a", "b", id="1")


@given(texts.filter(fold))
def test_no_topic_and_no_contact_has_the_unique_id_of_a_preset(name: str) -> None:
    unique_id = PRESETS.unique_id(Preset(name, "home/night"))
    assert unique_id is not None
    with pytest.raises(BotError):
        valid_filter(unique_id)
    with pytest.raises(BotError):
        bare_jid(unique_id)


@pytest.fixture
def entry(hass: HomeAssistant, no_bot: None) -> MockConfigEntry:
    entry = bot_entry(standalone(1) | NO_ACCOUNT, [PRESETS.write(NIGHT), *contacts("alice@home.test")])
    entry.add_to_hass(hass)
    return entry


def kept(entry: MockConfigEntry) -> list[Preset]:
    return list(rule_set(entry.subentries.values(), {}).presets)


async def add(hass: HomeAssistant, entry: MockConfigEntry, answers: dict[str, Any]) -> Any:
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "preset"), context={"source": SOURCE_USER}
    )
    return await hass.config_entries.subentries.async_configure(form["flow_id"], answers)


async def test_a_preset_is_added(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    end = await add(
        hass,
        entry,
        FORM
        | {"name": " All  off ", "topic": " home/all ", "payload": ' {"v": 1}', "qos": "2", "role": "admin"},
    )
    assert (end["type"], end["title"]) == (FlowResultType.CREATE_ENTRY, "All off")
    made = kept(entry)[-1]
    assert made == Preset(
        "All off", "home/all", ' {"v": 1}', made.id, 4, qos=QoS.EXACTLY_ONCE, role=Role.ADMIN
    )


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"name": "good  NIGHT"}, "user name: already_configured"),
        ({"name": "remove"}, "user name: preset_name"),
        ({"topic": "home/#"}, "user topic: invalid_topic"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    hass: HomeAssistant, entry: MockConfigEntry, answers: dict[str, str], error: str
) -> None:
    assert asked(await add(hass, entry, FORM | answers)) == error
    assert len(kept(entry)) == 1


async def test_a_preset_is_changed_and_keeps_its_number(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    (known,) = entry.get_subentries_of_type("preset")
    form = await entry.start_subentry_reconfigure_flow(hass, known.subentry_id)
    assert suggested(form)["payload"] == "ON"
    await hass.config_entries.subentries.async_configure(form["flow_id"], FORM | {"name": "Good night"})
    assert kept(entry) == [Preset("Good night", "home/light/set", "", known.subentry_id, 3)]


async def test_commands_keep_presets_the_same_way(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    port = RuleStore(hass, entry)
    made = await port.put_preset(Preset("Light", "home/light"))
    assert (made.number, made.id) == (4, kept(entry)[-1].id)
    with pytest.raises(BotError, match="preset_taken"):
        await port.put_preset(Preset("LIGHT", "home/other"))
    changed = await port.put_preset(Preset("Lamp", "home/lamp", id=made.id, number=4))
    assert kept(entry)[-1] == changed
    await port.remove_preset(changed)
    assert [each.name for each in kept(entry)] == ["Good night"]
    for again in (port.put_preset, port.remove_preset):
        with pytest.raises(BotError, match="no_preset"):
            await again(changed)


# A user of Home Assistant for a contact.


def test_a_contact_keeps_its_user() -> None:
    known = Contact("a@b.c", user="u1")
    assert CONTACTS.read(CONTACTS.write(known)["data"]) == known
    assert CONTACTS.read({"jid": "a@b.c"}).user == ""


async def test_a_user_is_chosen_for_a_contact(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    ann = MockUser(name="Ann").add_to_hass(hass)
    MockUser(name="Gone", is_active=False).add_to_hass(hass)
    MockUser(name="Supervisor", system_generated=True).add_to_hass(hass)
    form = await hass.config_entries.subentries.async_init(
        (entry.entry_id, "contact"), context={"source": SOURCE_USER}
    )
    choice = form["data_schema"].schema["user"].config["options"]
    assert {each["label"] for each in choice} >= {"Ann"}
    assert {"Gone", "Supervisor"}.isdisjoint(each["label"] for each in choice)
    answers = {"jid": "bob@home.test", "role": "viewer", "receives": True, "user": ann.id}
    await hass.config_entries.subentries.async_configure(form["flow_id"], answers)
    bob = rule_set(entry.subentries.values(), {}).contacts[-1]
    assert (bob.jid, bob.user) == ("bob@home.test", ann.id)


async def test_a_user_who_is_gone_can_stay_in_the_form(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    (alice,) = entry.get_subentries_of_type("contact")
    hass.config_entries.async_update_subentry(entry, alice, data={**alice.data, "user": "f" * 32})
    form = await entry.start_subentry_reconfigure_flow(hass, alice.subentry_id)
    answers = {"jid": "alice@home.test", "role": "admin", "receives": True}
    await hass.config_entries.subentries.async_configure(form["flow_id"], answers | {"user": "f" * 32})
    assert rule_set(entry.subentries.values(), {}).contacts[0].user == "f" * 32
    form = await entry.start_subentry_reconfigure_flow(hass, alice.subentry_id)
    await hass.config_entries.subentries.async_configure(form["flow_id"], answers)
    assert rule_set(entry.subentries.values(), {}).contacts[0].user == ""
