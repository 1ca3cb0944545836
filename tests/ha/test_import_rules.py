"""Alert rules of other programs, imported by an action."""

from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from running import NO_ACCOUNT, ask, bot_entry, context_of, publish, running, standalone, subscribed, until

from custom_components.dinox_mqtt_bot.bot.importing.programs import LONGEST_CONFIGURATION
from lab.servers import Server

YAML = """
alert:
  door:
    name: Door is open
    entity_id: binary_sensor.door
    state: "on"
    repeat: 5
    notifiers: !secret phone
  gone:
    name: Nobody has this
    entity_id: binary_sensor.none
    repeat: 5
  kind:
    name: Not heard
    entity_id: automation.x
    repeat: 5
  known:
    name: Probe is warm
    entity_id: sensor.probe
    state: "21"
    repeat: 5
  unheard:
    name: Never announced
    entity_id: sensor.silent
    repeat: 5
"""
PROBE = (
    '{"name": "Probe", "state_topic": "import/probe", "unique_id": "probe1",'
    ' "value_template": "{{ value_json.t }}"}'
)


def entry_of(port: int, **options: Any) -> MockConfigEntry:
    return bot_entry(standalone(port) | NO_ACCOUNT, options={"entities": True} | options)


@pytest.fixture
def home(hass: HomeAssistant) -> None:
    hass.states.async_set("binary_sensor.door", "off", {"device_class": "door"})
    hass.states.async_set("automation.x", "on")
    registry = er.async_get(hass)
    for unique_id, name in (("probe1", "probe"), ("silent1", "silent")):
        registry.async_get_or_create("sensor", "mqtt", unique_id, suggested_object_id=name)
        hass.states.async_set(f"sensor.{name}", "20")


def outcomes(answer: Any) -> dict[str, tuple[str, str]]:
    return {row["name"]: (row["outcome"], row["why"]) for row in answer["rows"]}


async def test_rules_are_made_of_entities_wherever_the_bot_hears_them(
    hass: HomeAssistant, own_mosquitto: Server, home: None
) -> None:
    port = own_mosquitto.ports["mqtt"]
    async with running(hass, entry_of(port), state=None) as runtime:
        await until(lambda: runtime.online)
        await subscribed(runtime)
        await publish(port, "homeassistant/sensor/probe1/config", PROBE)
        await until(lambda: len(runtime.bot.readings.devices) >= 2)
        would = await ask(hass, "import_rules", text=YAML, dry_run=True)
        assert outcomes(would) == {
            "Door is open": ("changed", "notifier"),
            "gone": ("skipped", "entity_missing"),
            "kind": ("skipped", "entity_kind"),
            "Probe is warm": ("taken", ""),
            "unheard": ("skipped", "entity_mqtt"),
        }
        assert runtime.bot.rules.alerts == ()
        assert "there is no such entity" in would["text"]
        assert outcomes(await ask(hass, "import_rules", text=YAML)) == outcomes(would)
        await until(lambda: len(runtime.bot.rules.alerts) == 2)
        again = await ask(hass, "import_rules", text=YAML)
        assert {why for outcome, why in outcomes(again).values() if outcome != "skipped"} == set()
        assert len(runtime.bot.rules.alerts) == 2
        # What was imported judges: an entity, and what MQTT tells of one.
        hass.states.async_set("binary_sensor.door", "on", {"device_class": "door"})
        await publish(port, "import/probe", '{"t": 21}')
        await until(lambda: len(runtime.bot.alerts.active) == 2)


async def test_it_says_what_has_to_be_switched_on_first(
    hass: HomeAssistant, mosquitto: Server, home: None
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"], entities=False)
    async with running(hass, entry) as runtime:
        told = outcomes(await ask(hass, "import_rules", text=YAML))
        assert told["door"] == ("skipped", "entities_off")
        assert runtime.bot.rules.alerts == ()


async def test_an_entity_that_is_unavailable_is_judged(
    hass: HomeAssistant, mosquitto: Server, home: None
) -> None:
    async with running(hass, entry_of(mosquitto.ports["mqtt"])) as runtime:
        hass.states.async_set("binary_sensor.door", "unavailable", {"device_class": "door"})
        await until(lambda: len(runtime.bot.readings.devices) >= 1)
        condition = "{{ is_state('binary_sensor.door', 'unavailable') }}"
        rows = f'- {{domain: d, name: gone, condition: "{condition}"}}'
        assert outcomes(await ask(hass, "import_rules", text=rows)) == {"d gone": ("taken", "")}
        await until(lambda: runtime.bot.alerts.active)
        hass.states.async_set("binary_sensor.door", "off", {"device_class": "door"})
        await until(lambda: not runtime.bot.alerts.active)


async def test_a_file_is_read_where_home_assistant_allows_it(
    hass: HomeAssistant, mosquitto: Server, tmp_path: Path
) -> None:
    allowed, other = tmp_path / "allowed", tmp_path / "other"
    for folder in (allowed, other):
        folder.mkdir()
        text = "[defaults]\nlaunch = x\n[import/a]\ntargets = x:a\n"
        (folder / "mqttwarn.ini").write_text(text, "utf-8")
    hass.config.allowlist_external_dirs = {str(allowed)}
    async with running(hass, entry_of(mosquitto.ports["mqtt"])) as runtime:
        answer = await ask(hass, "import_rules", file=str(allowed / "mqttwarn.ini"))
        assert outcomes(answer) == {"import/a": ("taken", "")}
        assert [each.filter for each in runtime.bot.rules.subscriptions] == ["import/a"]
        for path in (other / "mqttwarn.ini", allowed / "none.ini", allowed):
            with pytest.raises(HomeAssistantError, match="cannot be read"):
                await ask(hass, "import_rules", file=str(path))


async def test_the_settings_show_what_would_be_made_before_it_is(
    hass: HomeAssistant, mosquitto: Server, home: None
) -> None:
    entry = entry_of(mosquitto.ports["mqtt"])
    flows = hass.config_entries.subentries

    async def begin() -> Any:
        return await flows.async_init((entry.entry_id, "import"), context={"source": SOURCE_USER})

    async with running(hass, entry) as runtime:
        form = await begin()
        wrong = await flows.async_configure(form["flow_id"], {"text": "light: []"})
        assert wrong["errors"] == {"text": "import_unknown"}
        shown = await flows.async_configure(form["flow_id"], {"text": YAML})
        assert shown["step_id"] == "review"
        assert "there is no such entity" in shown["description_placeholders"]["report"]
        assert runtime.bot.rules.alerts == ()
        done = await flows.async_configure(form["flow_id"], {})
        assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "imported")
        await until(lambda: [rule.name for rule in runtime.bot.rules.alerts] == ["Door is open"])
        form = await begin()
        shown = await flows.async_configure(form["flow_id"], {"text": YAML})
    gone = await flows.async_configure(form["flow_id"], {})
    assert gone["reason"] == "not_loaded"
    assert (await begin())["reason"] == "not_loaded"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "either a text or a file"),
        ({"text": "a", "file": "b"}, "either a text or a file"),
        ({"text": "a: [b"}, "no YAML"),
        ({"text": "{x: 1}: y"}, "None of this is known"),
        ({"text": "[" * 5_000}, "no YAML"),
        ({"text": "a: &a [*a]\nb: {<<: 3}"}, "no YAML"),
        ({"text": "- " * 5_000}, "no YAML"),
        ({"text": "x" * (LONGEST_CONFIGURATION + 1)}, "too long"),
        ({"text": "light: []"}, "None of this is known"),
    ],
)
async def test_what_cannot_be_imported_is_refused(
    hass: HomeAssistant, mosquitto: Server, values: dict[str, Any], told: str
) -> None:
    async with running(hass, entry_of(mosquitto.ports["mqtt"])):
        with pytest.raises(HomeAssistantError, match=told):
            await ask(hass, "import_rules", **values)


async def test_anchors_are_read_and_nothing_is_included(
    hass: HomeAssistant, mosquitto: Server, home: None
) -> None:
    text = """
x: &usual {repeat: 5, notifiers: [family]}
y: &more {skip_first: true}
alert:
  a: {<<: [*usual, *more], name: A, entity_id: binary_sensor.door}
  b: {<<: *usual, name: B, entity_id: !include /etc/hostname}
"""
    async with running(hass, entry_of(mosquitto.ports["mqtt"])) as runtime:
        told = outcomes(await ask(hass, "import_rules", text=text))
        assert told == {"A": ("taken", ""), "b": ("skipped", "no_entity")}
        (rule,) = runtime.bot.rules.alerts
        assert (rule.repeat, rule.hold, rule.targets) == (300.0, 300.0, ("notify.family",))


async def test_only_an_admin_imports(hass: HomeAssistant, mosquitto: Server) -> None:
    async with running(hass, entry_of(mosquitto.ports["mqtt"])):
        context = await context_of(hass, "system-users")
        with pytest.raises(HomeAssistantError, match="needs the role"):
            await ask(hass, "import_rules", context, text="alert: {}")
