"""What a Tasmota device says of itself, and the topics that follow from it."""

from dataclasses import dataclass

from ..config import Config, path, string, topic_in

_MOST = 64
"""Things of one kind that a device has."""


@dataclass(frozen=True, slots=True)
class Tasmota:
    """A device: `config` is what it has said, the rest are topics; `command` and `stat` begin topics.

    `result` takes what a command has changed, `state` and `sensor` are told every few minutes.
    """

    config: Config
    command: str
    stat: str
    result: str
    state: str
    sensor: str
    will: str

    @classmethod
    def of(cls, config: Config) -> Tasmota | None:
        """Return a device; None if it does not say where it is heard."""
        prefixes = [each for each in listed(config, "tp") if isinstance(each, str)]
        levels = [_full_topic(config, prefix) for prefix in prefixes]
        if len(levels) < 3 or not all(levels):
            return None
        command, stat, tele = levels[:3]
        return cls(config, command, stat, f"{stat}RESULT", f"{tele}STATE", f"{tele}SENSOR", f"{tele}LWT")

    def option(self, number: str) -> bool:
        """Say whether one of the `SetOption`s is on."""
        options = self.config.get("so")
        return isinstance(options, dict) and options.get(number) == 1

    @property
    def words(self) -> Config:
        """The words for on and off, which can be chosen (`StateText`)."""
        words = listed(self.config, "state")
        off, on = (words[index] if index < len(words) else None for index in (0, 1))
        return {
            "payload_on": on if isinstance(on, str) and on else "ON",
            "payload_off": off if isinstance(off, str) and off else "OFF",
        }

    def base(self, platform: str, name: str | None) -> Config:
        """Return what the configuration of each entity begins with. A name of None is the device's."""
        said = self.config
        base: dict[str, object] = {
            "platform": platform,
            "name": name,
            "device": {
                "name": string(said, "dn") or string(said, "t"),
                "identifiers": [string(said, "mac")],
                "manufacturer": "Tasmota",
                "model": string(said, "md"),
            },
        }
        if said.get("dslp") != 1:  # what sleeps is away most of the time
            base["availability_topic"] = self.will
            base["payload_available"] = string(said, "onln") or "Online"
            base["payload_not_available"] = string(said, "ofln") or "Offline"
        return base

    def friendly_name(self, platform: str, index: int) -> str | None:
        """Return the name that a relay has been given; None if it is called as the device is."""
        name = name_in(self.config, "fn", index)
        if index == 0 and name and name == string(self.config, "dn"):
            return None
        return name or f"{platform} {index + 1}"

    def powers(self, index: int) -> list[str]:
        """Return the keys of a relay's state. The number of an only one is left out, or is not."""
        words = [f"POWER{index + 1}"]
        if sum(kind > 0 for kind in numbers(self.config, "rl")) == 1:
            words.insert(0, "POWER")
        return words

    def power(self, index: int) -> list[Config]:
        """Return where the state of a relay is told: with what it was asked, alone, and later again.

        The first is where it is to be looked for; with a number it is the topic that this relay has alone.
        """
        words = self.powers(index)
        plain: list[Config] = [{"state_topic": self.stat + word} for word in words]
        told: list[Config] = [
            {"state_topic": self.result, "value_template": path(word, partial=True)} for word in words
        ]
        again: list[Config] = [{"state_topic": self.state, "value_template": path(word)} for word in words]
        return [*plain, *told, *again] if len(words) == 1 else [*told, *plain, *again]


def _full_topic(config: Config, prefix: str) -> str:
    """Return the beginning of the topics of a prefix; empty for what is no topic."""
    topic = topic_in(config, "ft")
    for sign, said in (
        ("%hostname%", string(config, "hn")),
        ("%id%", string(config, "mac")[-6:]),
        ("%prefix%", prefix),
        ("%topic%", string(config, "t")),
    ):
        topic = topic.replace(sign, said)
    unfit = not topic.endswith("/") or any(sign in topic for sign in "+#\0")
    return "" if unfit else topic_in({"topic": topic}, "topic")


def listed(config: Config, key: str) -> list[object]:
    """Return a list, and nothing for what is none; the first of very many."""
    value = config.get(key)
    return value[:_MOST] if isinstance(value, list) else []


def numbers(config: Config, key: str) -> list[int]:
    """Return a list of numbers, -1 for what is none."""
    return [each if isinstance(each, int) else -1 for each in listed(config, key)]


def name_in(config: Config, key: str, index: int) -> str:
    """Return one of the names of a list; empty if it is not there."""
    names = listed(config, key)
    return string({"name": names[index]}, "name") if index < len(names) else ""
