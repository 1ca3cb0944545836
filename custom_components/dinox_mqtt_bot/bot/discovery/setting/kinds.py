"""Kinds of entities that can be set, and what they own."""

LIGHT, FAN, COVER, SWITCH, LOCK = "light", "fan", "cover", "switch", "lock"
CLIMATE, VALVE, SIREN, VACUUM = "climate", "valve", "siren", "vacuum"
PANEL = "alarm_control_panel"
EXACT_ONLY = frozenset({"button", "text", "scene", "notify", "update"})
"""What is pressed, written, sent or installed: only by its whole name, never by one like it."""

OWNERS = frozenset(
    {CLIMATE, "water_heater", LIGHT, COVER, VALVE, FAN, "humidifier", VACUUM, SIREN, LOCK, PANEL}
)
"""To them belongs what is named of them: a temperature to the thermostat, not to a number of its device."""

SIMPLE = frozenset({LIGHT, SWITCH, FAN, "humidifier"})
"""What is meant by a room that is switched off."""
