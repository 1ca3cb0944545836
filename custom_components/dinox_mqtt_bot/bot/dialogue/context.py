"""What a reply or a reaction is about: the things that the message spoke of which it answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from ..commands.attending import Ack, Mute, Snooze
from ..commands.command import Command
from ..discovery.setting.set_choice import taking
from ..model.alert import Alert
from ..ports import Ports
from ..reading.topic_lookup import Meant
from .followups import FollowUps, corrects, without_joint
from .hearing import CommandReader
from .pronouns import Aimed, Pronouns

__all__ = [
    "About",
    "Aimed",
    "AlertsTold",
    "Command",
    "Context",
    "asked_by",
    "corrects",
    "seen_to",
    "without_joint",
]
_MOST_LINES = 20
_REACTIONS = {
    **dict.fromkeys("👍👌✅✔🙏💪🆗", "ack"),
    **dict.fromkeys("😴💤🥱⏰⏳", "snooze"),
    **dict.fromkeys("🔕🔇🤫", "mute"),
    **dict.fromkeys("📈📉📊", "chart"),
    **dict.fromkeys("👀🕒📜", "history"),
}
_MARKS = "*_`•📌⏰⚠🔴✅⛔ "
_SEEN_TO: Mapping[str, Command] = {"ack": Ack(), "snooze": Snooze(), "mute": Mute()}
_OF_ALERTS = frozenset({*_SEEN_TO, "why"})
"""Commands that know by themselves which alert a reply is to."""


type AlertsTold = tuple[Alert, ...]
type About = Callable[[str], Iterable[Alert]]
"""Names the alerts that a notice told of."""


class Context:
    """Reads a reply together with what it answers."""

    def __init__(self, ports: Ports, hearing: CommandReader) -> None:
        self._phrases = ports.phrases
        self._vocabulary = ports.vocabulary
        self._names = hearing.names
        self._hearing = hearing
        self.pronouns = Pronouns(ports.clock.now, hearing.names)
        self.followups = FollowUps(ports, hearing)

    def things(self, told: str, about: AlertsTold) -> tuple[Meant, ...]:
        """Return what a message told of: the topics of its alerts, else what its lines begin with."""
        if about:
            every = [Meant(each.topic, name=self._names.name(each.topic)) for each in about if each.topic]
        else:
            every = [one for line in _lines(told) for one in self._named(line)]
            if not every:
                first = self._names.mentions(told.partition("\n")[0])
                every = [one for each in first if each.exact for one in each.meant]
        return tuple({(each.topic, each.field): each for each in every}.values())

    def _named(self, line: str) -> tuple[Meant, ...]:
        begun = self._names.begin(line)
        return begun.meant if begun.exact else ()

    def aimed(self, text: str, things: Sequence[Meant], about: AlertsTold) -> Aimed | None:
        """Return the command that a reply is, with the things it is about; None if it is none."""
        line = self._hearing.meant_for(text)
        first, _, rest = line.partition(" ")
        if not things or not first:
            return None
        node = self._hearing.node(first)
        if not node:
            return self._set(line, things)
        if about and node in _OF_ALERTS:
            return None
        if rest and self._names.begin(rest).meant and isinstance(self._hearing.parse(line), Command):
            return None
        said = self._said
        made = self._hearing.parse(f'{first} "{said}" {rest}'.strip())
        if isinstance(made, Command) and made.node == "set":
            return self._set(rest, things)
        if isinstance(made, Command) and made.takes_name():
            return Aimed(made, said, tuple(things))
        return None

    def aim(self, command: str, things: Sequence[Meant]) -> Aimed | None:
        """Return what a reaction asks for about these things."""
        made = self._hearing.parse(f'{command} "{self._said}"')
        takes = things and isinstance(made, Command) and made.takes_name()
        return Aimed(made, self._said, tuple(things)) if takes and isinstance(made, Command) else None

    def note(self, text: str) -> Command:
        """Return what unknown words to an alert are: whoever answers it has seen to it."""
        return Ack(note=text)

    @property
    def _said(self) -> str:
        return self._phrases.phrase("common.this_message")

    def _set(self, value: str, things: Sequence[Meant]) -> Aimed | None:
        """Return the wish that a bare value is for the device that spoke."""
        topics = {each.topic for each in things}
        taken = taking(self._names.devices, topics, value, self._vocabulary) if value else []
        made = self._hearing.parse(f'set "{self._said}" {value}')
        if not taken or not isinstance(made, Command):
            return None
        return Aimed(made, self._said, tuple(Meant(handle, name=name) for handle, name in taken))


def _lines(told: str) -> list[str]:
    """Return the lines that begin with a name: of a block with a header only that."""
    found: list[str] = []
    header = False
    for line in told.split("\n")[:_MOST_LINES]:
        text = line.strip(_MARKS)
        if not text:
            header = False
        elif not header:
            found.append(text)
            header = not any(sign.isdigit() for sign in text) and len(text.split()) <= 6
    return found


def asked_by(emojis: Sequence[str]) -> str:
    """Return the word of the command that a reaction asks for; else nothing.

    👍 acknowledges, 😴 snoozes for an hour, 🔕 mutes, 📈 charts, 👀 looks back.
    """
    return next((command for emoji in emojis if (command := _REACTIONS.get(bare_emoji(emoji)))), "")


def seen_to(word: str) -> Command | None:
    """Return the command of a word by which the alerts that something told of are seen to."""
    return _SEEN_TO.get(word)


def bare_emoji(emoji: str) -> str:
    """Return an emoji without the selectors and skin colours that clients add to it."""
    return "".join(sign for sign in emoji if sign != "\ufe0f" and not "\U0001f3fb" <= sign <= "\U0001f3ff")
