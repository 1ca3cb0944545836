"""What the controls of every component are made of: topics, payloads, words and ranges of a configuration."""

from ...text import tongue
from ..config import Config, amount, template_in, topic_in
from ..controls import Control, Scale

MOST_WORDS = 500
type Words = tuple[tuple[str, str], ...]


def aliases(kind: str) -> Words:
    """Return what else people say of a kind (`words_<kind>_<word>`), each with the word that is meant."""
    return tuple(tongue.senses(kind).items())


def command_topic(config: Config, key: str) -> str:
    """Return a topic that can be published to; empty if there is none."""
    topic = topic_in(config, key)
    return "" if any(sign in topic for sign in "+#\0") else topic


def payload(config: Config, key: str, default: str) -> str | None:
    """Return a payload, which may be empty; None where the configuration says there is none."""
    value = config.get(key, default or None)
    if isinstance(value, bool):
        return str(value)
    return str(value) if isinstance(value, (str, int, float)) else None


def payload_words(config: Config, *every: tuple[str, str, str]) -> Words:
    """Return words with the payload under a key, or the usual one."""
    found = ((word, payload(config, f"payload_{key}", usual)) for word, key, usual in every)
    return tuple((word, said) for word, said in found if said is not None)


def switched(config: Config) -> Words:
    return payload_words(config, ("on", "on", "ON"), ("off", "off", "OFF"))


def words_listed(config: Config, key: str, default: tuple[str, ...] = ()) -> Words:
    """Return the words of a list, each as its own payload."""
    given = config.get(key, default)
    every = given if isinstance(given, (list, tuple)) else ()
    words = [_on_or_off(word) for word in every if isinstance(word, (str, int, float))]
    return tuple((word, word) for word in words[:MOST_WORDS] if word)


def _on_or_off(word: str | float) -> str:
    """Return a word of a list, undoing what YAML makes of `on` and `off`."""
    if isinstance(word, bool):
        return "on" if word else "off"
    return str(word)


def control(
    config: Config,
    stem: str = "",
    aspect: str = "",
    *,
    words: Words = (),
    scale: Scale | None = None,
    shy: bool = False,
    guarded: bool = False,
    alias: Words = (),
) -> Control:
    """Return a control with the topic and the template that its stem names."""
    start = f"{stem}_" if stem else ""
    return Control(
        aspect,
        command_topic(config, f"{start}command_topic"),
        words,
        scale,
        template=template_in(config, f"{start}command_template"),
        shy=shy,
        guarded=guarded,
        alias=alias,
    )


def percent(first: float, last: float, *, low: float = 0, up: bool = False) -> Scale:
    """Return hundred percent of what a device counts from one number to another."""
    return Scale(low, 100, 0, "%", (first, last), up=up)


def integer(config: Config, key: str, default: int) -> int:
    return int(amount(config, key, default))
