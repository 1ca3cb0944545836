"""What the plugin's Node-RED flows publish and its documentation quotes, and how a person reads it."""

# What is said, and the payload that comes back, as the flows write it.
ANSWERS = {
    "time": r'"🕐 Sunday, November 22, 2026 at 08:55:27 AM, Sunday, November 22, 2026 at 08:55:27 AM"',
    "help": (
        r'"📖 DinoX Node-RED Bot\n\nAvailable commands:\n• time — Current date & time\n• ping — Pong!\n'
        r"• joke — Random joke\n• help — This help\n"
        r"• Anything else → Echo\n\n⛽ Fuel Prices (separate flow):\n"
        r"• sprit / tanken / preise — All prices\n• e5 / e10 / diesel — Specific fuel\n"
        r'• sprit reset — Reset price baseline"'
    ),
    "ping": r'"🏓 Pong! (Node-RED antwortet in 0ms)"',
    "joke 1": r'"😂 Why do ghosts make bad liars? Because you can see right through them."',
    "joke 2": r'''"😂 What does an IT guy say when he's cold? \"Hold on, let me open a few Windows.\""''',
    "joke 3": r'''"😂 What do you call a boomerang that doesn't come back? A stick."''',
    "joke 4": r'"😂 Why do programmers prefer dark mode? Because light attracts bugs."',
    "joke 5": r'"😂 Two magnets walk into a bar. One says: What should I wear today?"',
    "joke 6": r'''"😂 Why do programmers drink so much coffee? Because Java doesn't run without it."''',
    "joke 7": r'''"😂 What's on a mathematician's tombstone? He didn't count on that."''',
    "kitchen light on": r'"📨 You wrote: \"kitchen light on\"\n\nTip: Type \"help\" for available commands."',
    "sprit reset": r'"🗑 Stored fuel prices have been reset.\nNext auto-check will establish a new baseline."',
    "sprit": (
        r'"⛽ Fuel Prices\n22.11.2026, 08:55\n\n⛽ HEM:\n  🟢 Super E5: 1.769 €\n  🔵 Super E10: 1.709 €\n'
        r'  🟡 Diesel: 1.659 €\n❌ JET: Closed"'
    ),
    "e5": (
        r'"⛽ Fuel Prices (Super E5)\n22.11.2026, 08:55\n\n⛽ HEM:\n  🟢 Super E5: 1.759 € (-4.0¢) ▼\n'
        r'⛽ JET:\n  🟢 Super E5: 1.789 €"'
    ),
    "diesel": (
        r'"⛽ Fuel Prices (Diesel)\n22.11.2026, 08:55\n\n⛽ HEM:\n  🟡 Diesel: 1.639 €\n⛽ JET:\n'
        r'  🟡 Diesel: 1.669 € (+2.0¢) ▲"'
    ),
    "preise": r'"⚠️ Error fetching fuel prices: apikey nicht angegeben, falsch, oder im falschen Format"',
    "tanken": r'"⚠️ Error fetching fuel prices: No response from API"',
}
UNASKED = (
    r'"🔔 Fuel Price Alert\n22.11.2026, 08:55\n\n▲ HEM Super E5: 1.769 → 1.799 € (+3.0¢)\n'
    r'▲ HEM Super E10: 1.709 → 1.739 € (+3.0¢)\n▼ HEM Diesel: 1.659 → 1.639 € (-2.0¢)"'
)

M3U = "#EXTM3U\r\n#EXTINF:-1,x\r\nhttps://edge85.streamonkey.net/antthue-90er/stream/mp3\r\n"
STREAM = "Stream: https://edge85.streamonkey.net/antthue-90er/stream/mp3"

# What the third flow publishes, by its kind: the payload, and how it reads.
MEDIA = {
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(1_000), "PNG image, 1 kB"),
    "jpg": (b"\xff\xd8\xff\xe0" + bytes(996), "JPG image, 1 kB"),
    "ogg": (b"OggS" + bytes(996), "OGG audio, 1 kB"),
    "m3u": (M3U.encode(), STREAM),
}

# What the documentation and the detectors' tests quote: topic, payload, and how it reads below the topic.
INDENT = "\u2003"

QUOTED = [
    ("home/sensors/temperature/living_room", '{"value": 22.1, "unit": "C"}', "22.1 C"),
    ("home/sensors/humidity/bedroom", '{"value": 45, "unit": "%"}', "45 %"),
    ("home/actuators/light/living_room/set", "ON", "ON"),
    ("home/actuators/light/living_room/set", "OFF", "OFF"),
    ("home/commands", "kitchen light on", "kitchen light on"),
    ("home/commands/response", "OK: Kitchen light turned on", "OK: Kitchen light turned on"),
    ("home/x", '{"temperature": 22.1, "unit": "°C"}', "temperature: 22.1 °C"),
    ("home/x", '{"count": 7}', "count: 7"),
    ("home/x", '{"status": "ok", "msg": "hello"}', "\u2003status ok · msg hello"),
    (
        "home/x",
        '{"name": "sensor-1", "value": 42.5, "alarm": 100}',
        "\u2003name sensor-1 · value 42.5 · alarm 100",
    ),
    (
        "home/x",
        (
            '{"ok":true,"license":"CC BY 4.0 -  https://creativecommons.tankerkoenig.de","data":"MTS-K","prices":'
            '{"e1a15081-256b-9107-e040-0b0a3dfe563c":{"status":"open","e5":1.769,"e10":1.709,"diesel":1.659},'
            '"51d4b716-a095-1aa0-e100-80009459e03a":{"status":"closed"}}}'
        ),
        (
            "\u2003ok: true\n\u2003license: CC BY 4.0 - https://creativecommons.tankerkoenig.de\n"
            "\u2003data: MTS-K\n"
            "\u2003prices.e1a15081-256b-9107-e040-0b0a3dfe563c.status: open\n"
            "\u2003prices.e1a15081-256b-9107-e040-0b0a3dfe563c.e5: 1.769\n"
            "\u2003prices.e1a15081-256b-9107-e040-0b0a3dfe563c.e10: 1.709\n"
            "\u2003prices.e1a15081-256b-9107-e040-0b0a3dfe563c.diesel: 1.659\n"
            "\u2003prices.51d4b716-a095-1aa0-e100-80009459e03a.status: closed"
        ),
    ),
    ("home/x", "BMS voltage: 12.6V", "BMS voltage: 12.6V"),
    ("home/x", "Benzin: 1,299 EUR/L", "Benzin: 1,299 EUR/L"),
    ("home/x", "[playlist]\nNumberOfEntries=1\nFile1=http://a.b/c\n", "Stream: http://a.b/c"),
    ("home/x", "https://x.y/live.m3u8?tok=1", "Stream: https://x.y/live.m3u8?tok=1"),
    ("home/x", "https://x.y/stream", "https://x.y/stream"),
    ("home/x", "http://x/a.pls\nfoo", "http://x/a.pls\n\u2003foo"),
    ("home/x", "#extinf:1,x\nftp://x", "#extinf:1,x\n\u2003ftp\u2060://x"),
    ("home/x", "<header>text text text", "<header>text text text"),
]


def bubble(name: str, value: str) -> str:
    """Return how the bot tells a value: on the line of its name where both fit on a phone's."""
    if "\n" not in value and len(name) + 1 + len(value) <= 60:
        return f"*{name}* {value.removeprefix(INDENT)}"
    return f"*{name}*\n{value}"
