"""Titles in the settings tell what a rule does, and stay true whatever changes it."""

from typing import Any

from flows import fill_alert
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from running import NO_ACCOUNT, alerts, ask, bot_entry, contacts, running, standalone, topics, until

from custom_components.dinox_mqtt_bot.bot.model.rules import (
    AlertRule,
    Bridge,
    Condition,
    Contact,
    Operator,
    Preset,
    Priority,
    Role,
    Subscription,
)
from custom_components.dinox_mqtt_bot.const import DOMAIN
from custom_components.dinox_mqtt_bot.entry.rules import BRIDGES, PRESETS
from custom_components.dinox_mqtt_bot.hass.phrases import Translations
from custom_components.dinox_mqtt_bot.runtime.titles import alert_title


def titles(entry: Any) -> list[str]:
    return sorted(each.title for each in entry.subentries.values())


async def test_titles_tell_what_a_rule_does_and_follow_it(hass: HomeAssistant, port: int, base: str) -> None:
    freezer = f"{base}/freezer"
    rules = [
        *topics(Subscription(freezer, alias="Icebox"), f"{base}/#"),
        *contacts(Contact("you@home.test", role=Role.OPERATOR), Contact("anna@home.test", name="Anna")),
        *alerts(
            AlertRule(freezer, Condition(Operator.ABOVE, ("-15 °C",)), name="Icebox > -15 °C", hold=300.0),
            AlertRule(
                freezer,
                Condition(Operator.STALE, seconds=3600.0),
                name="Gone",
                priority=Priority.CRITICAL,
                enabled=False,
            ),
        ),
        PRESETS.write(Preset("Movie", f"{base}/scene", "movie")),
        BRIDGES.write(Bridge(f"{base}/#", "you@home.test")),
    ]
    entry = bot_entry(standalone(port) | NO_ACCOUNT, rules)
    async with running(hass, entry):
        others = [
            "▶ Movie",
            f"⇄ {base}/# → you@home.test",
            "☎ Anna (admin)",
            "☎ you@home.test (operator)",
            "🔴 Gone: Icebox no message for 1 h (off)",
        ]
        wanted = [f"Icebox ({freezer})", f"{base}/#", *others, "⚠ Icebox > −15 °C for 5 min"]
        assert titles(entry) == sorted(wanted)
        (freezer_id, _) = [each.subentry_id for each in entry.get_subentries_of_type("topic")]
        device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, freezer_id), entry.entry_id)
        assert device is not None
        assert (device.name, device.model) == ("Icebox", "MQTT topic")

        await ask(hass, "alias", topic=freezer, name="Deep freeze")
        await until(lambda: "⚠ Deep freeze > −15 °C for 5 min" in titles(entry))
        assert f"Deep freeze ({freezer})" in titles(entry)
        form = await hass.config_entries.subentries.async_init(
            (entry.entry_id, "alert"), context={"source": SOURCE_USER}
        )
        typed = {
            "filter": freezer,
            "operator": "rises",
            "value": "3",
            "seconds": {"minutes": 10},
            "enabled": True,
        }
        menu = await fill_alert(hass, form, typed | {"priority": "alert", "name": "Door left open"})
        await hass.config_entries.subentries.async_configure(menu["flow_id"], {"next_step_id": "save"})
        await until(lambda: any(title.startswith("⚠ Door left open: Deep freeze") for title in titles(entry)))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Icebox > -15", "⚠ Icebox > −15"),
        ("ICEBOX > -20 (2)", "⚠ Icebox > −15"),
        ("Icebox", "⚠ Icebox > −15"),
        ("Icebox 2", "⚠ Icebox > −15"),
        ("Icebox > −15", "⚠ Icebox > −15"),
        ("Freezer > -15", "⚠ Icebox > −15"),
        ("", "⚠ Icebox > −15"),
        ("Icebox warm", "⚠ Icebox warm: Icebox > −15"),
        ("Dinner", "⚠ Dinner: Icebox > −15"),
    ],
)
def test_a_title_has_the_name_that_somebody_gave(name: str, title: str) -> None:
    rule = AlertRule("home/freezer", Condition(Operator.ABOVE, ("-15",)), name=name)
    assert alert_title(rule, "Icebox", Translations({})) == title
