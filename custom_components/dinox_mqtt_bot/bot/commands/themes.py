"""What the commands are about: a list of all of them is too long to read."""

THEMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("topics", ("topics", "subscribe", "unsubscribe", "publish", "qos", "alias", "aliases", "rmalias")),
    ("history", ("history", "chart", "export", "dbstats", "purge", "clear")),
    ("alerts", ("alert", "alerts", "rule", "rmalert", "try", "ack", "snooze", "why")),
    ("telling", ("priority", "display", "pause", "resume", "mute", "unmute", "quiet", "dnd")),
    ("bridges", ("bridge", "bridges", "rmbridge")),
    ("devices", ("devices", "set", "discovery", "preset", "presets")),
    ("bot", ("status", "config", "contacts", "reconnect", "help")),
)
"""The part after `common.theme_` of what each is called, and the words of its commands; asked for by number."""
