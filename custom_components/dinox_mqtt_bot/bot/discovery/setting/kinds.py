"""Words for kinds of entities: one of them (`lamp`), several (`all lamps`), and what they own."""

LIGHT, FAN, COVER, SWITCH, LOCK = "light", "fan", "cover", "switch", "lock"
CLIMATE, VALVE, SIREN, VACUUM = "climate", "valve", "siren", "vacuum"
PANEL, MOWER = "alarm_control_panel", "lawn_mower"
_WARMS = frozenset({CLIMATE, "water_heater"})

_ONE: dict[str, frozenset[str]] = {
    **dict.fromkeys(("light", "lamp", "bulb", "lampe", "licht", "leuchte", "birne"), frozenset({LIGHT})),
    **dict.fromkeys(("fan", "ventilator", "lüfter", "lufter"), frozenset({FAN})),
    **dict.fromkeys(("cover", "blind", "shutter", "curtain", "shade", "awning"), frozenset({COVER})),
    **dict.fromkeys(("rollladen", "rolladen", "rollo", "jalousie", "vorhang", "markise"), frozenset({COVER})),
    **dict.fromkeys(("switch", "plug", "outlet", "socket", "relay"), frozenset({SWITCH})),
    **dict.fromkeys(("schalter", "steckdose", "relais"), frozenset({SWITCH})),
    **dict.fromkeys(("lock", "schloss"), frozenset({LOCK})),
    **dict.fromkeys(("thermostat", "climate", "heating", "heater", "heizung", "klima"), _WARMS),
    **dict.fromkeys(("boiler", "water heater"), frozenset({"water_heater"})),
    **dict.fromkeys(("valve", "ventil"), frozenset({VALVE})),
    **dict.fromkeys(("siren", "sirene"), frozenset({SIREN})),
    **dict.fromkeys(("vacuum", "robot", "staubsauger", "saugroboter"), frozenset({VACUUM})),
    **dict.fromkeys(("mower", "mäher", "maher", "rasenmäher"), frozenset({MOWER})),
    **dict.fromkeys(("alarm", "alarmanlage"), frozenset({PANEL})),
    **dict.fromkeys(("humidifier", "luftbefeuchter"), frozenset({"humidifier"})),
    **dict.fromkeys(("number", "zahl"), frozenset({"number"})),
    **dict.fromkeys(("select", "auswahl"), frozenset({"select"})),
    **dict.fromkeys(("button", "taste", "knopf"), frozenset({"button"})),
    "text": frozenset({"text"}),
    **dict.fromkeys(("scene", "szene"), frozenset({"scene"})),
    **dict.fromkeys(("update", "firmware"), frozenset({"update"})),
}

_SEVERAL: dict[str, frozenset[str]] = {
    **dict.fromkeys(("lights", "lamps", "bulbs", "lampen", "lichter", "leuchten"), frozenset({LIGHT})),
    **dict.fromkeys(("fans", "ventilatoren"), frozenset({FAN})),
    **dict.fromkeys(("covers", "blinds", "shutters", "curtains", "shades", "awnings"), frozenset({COVER})),
    **dict.fromkeys(("rollläden", "rolläden", "rollladen", "rollos", "jalousien"), frozenset({COVER})),
    **dict.fromkeys(("vorhänge", "markisen"), frozenset({COVER})),
    **dict.fromkeys(("switches", "plugs", "outlets", "sockets", "relays"), frozenset({SWITCH})),
    **dict.fromkeys(("schalter", "steckdosen"), frozenset({SWITCH})),
    **dict.fromkeys(("locks", "schlösser", "schlosser"), frozenset({LOCK})),
    **dict.fromkeys(("thermostats", "heaters", "heizungen", "thermostate"), _WARMS),
    **dict.fromkeys(("valves", "ventile"), frozenset({VALVE})),
    **dict.fromkeys(("sirens", "sirenen"), frozenset({SIREN})),
    **dict.fromkeys(("vacuums", "robots", "staubsauger"), frozenset({VACUUM})),
    **dict.fromkeys(("humidifiers", "luftbefeuchter"), frozenset({"humidifier"})),
}

ALL = frozenset({"all", "every", "alle", "alles", "everything", "sämtliche"})
BETWEEN = frozenset(
    {"in", "im", "the", "of", "der", "die", "das", "den", "dem", "on", "auf", "to", "a", "an", "all", "alle"}
)
"""What may stand between the words for several things."""

EXACT_ONLY = frozenset({"button", "text", "scene", "notify", "update"})
"""What is pressed, written, sent or installed: only by its whole name, never by one like it."""

OWNERS = frozenset(
    {CLIMATE, "water_heater", LIGHT, COVER, VALVE, FAN, "humidifier", VACUUM, SIREN, LOCK, PANEL}
)
"""To them belongs what is named of them: a temperature to the thermostat, not to a number of its device."""

SIMPLE = frozenset({LIGHT, SWITCH, FAN, "humidifier"})
"""What is meant by a room that is switched off."""


def one(word: str) -> frozenset[str]:
    """Return the components that a word means one of; nothing for a word that is no kind."""
    return _ONE.get(word, frozenset())


def several(word: str) -> frozenset[str]:
    """Return the components that a word means several of."""
    return _SEVERAL.get(word, frozenset())


def any_of(word: str) -> frozenset[str]:
    """Return the components that a word means, one or several."""
    return _ONE.get(word, frozenset()) | _SEVERAL.get(word, frozenset())
