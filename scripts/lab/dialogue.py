"""Talking with the bot, over XMPP or in Home Assistant's Assist, with everything printed as it comes."""

from abc import ABC, abstractmethod
import asyncio
import re
import sys
import time
from typing import Any, override

from .hass import Hass
from .person import Heard, Person, PersonError

_INDENT = 10


class Transcript:
    """What was said, on the terminal."""

    def __init__(self) -> None:
        """Colours are for terminals only."""
        self._coloured = sys.stdout.isatty()

    def write(self, who: str, text: str, colour: int) -> None:
        """Print what somebody said, with the time."""
        first, *rest = text.splitlines() or [""]
        who = f"\033[{colour}m{who:>4}\033[0m" if self._coloured else f"{who:>4}"
        # The line that is being typed makes room.
        clear = "\r\033[K" if self._coloured else ""
        print(f"{clear}{time.strftime('%H:%M:%S')}  {who}  {first}")
        for line in rest:
            print((" " * (_INDENT + 6) + line).rstrip())
        sys.stdout.flush()

    def you(self, text: str) -> None:
        """Print what you said."""
        self.write("you", text, 36)

    def bot(self, text: str) -> None:
        """Print what the bot said."""
        self.write("bot", text, 32)

    def note(self, text: str) -> None:
        """Print a remark."""
        print(f"\033[2m{text}\033[0m" if self._coloured else text, flush=True)


class Dialogue(ABC):
    """A way to talk with the bot. `heard` is everything it said, oldest first."""

    def __init__(self, transcript: Transcript) -> None:
        """Everything that is said is printed."""
        self.heard: list[str] = []
        self._transcript = transcript

    @abstractmethod
    async def tell(self, text: str) -> None:
        """Send something to the bot."""

    async def say(self, text: str) -> None:
        """Say something to the bot."""
        self._transcript.you(text)
        await self.tell(text)

    async def hears(self, containing: str, *, since: int = 0, within: float = 15) -> str:
        """Return the first thing the bot said, after the first `since`, with the text. Raises PersonError."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            for text in self.heard[since:]:
                if containing in text:
                    return text
            await asyncio.sleep(0.05)
        raise PersonError(f"the bot did not say {containing!r} in {within:.0f} s")

    def hear(self, text: str) -> None:
        """Take what the bot said."""
        self._transcript.bot(text)
        self.heard.append(text)


class ChatDialogue(Dialogue):
    """Over XMPP, as a person does."""

    def __init__(self, you: Person, bot: str, transcript: Transcript) -> None:
        """`bot` is its bare JID."""
        super().__init__(transcript)
        self._you = you
        self._bot = bot
        you.on_heard = self._hear
        for heard in you.all:  # What waited at the server came with the login.
            self._hear(heard)

    def _hear(self, heard: Heard) -> None:
        if heard.sender == self._bot:
            self.hear(heard.text)

    @override
    async def tell(self, text: str) -> None:
        self._you.say(self._bot, text)


class AssistDialogue(Dialogue):
    """In Assist, over Home Assistant's REST API; values come as events on its bus, and look less fine."""

    def __init__(self, hass: Hass, agent: str, transcript: Transcript) -> None:
        """`agent` is the bot's conversation entity. No value is heard before `listen` runs."""
        super().__init__(transcript)
        self._hass = hass
        self._agent = agent

    async def listen(self, events: asyncio.Queue[dict[str, Any]]) -> None:
        """Hear the values, for ever."""
        while True:
            event = await events.get()
            pin = "📌 " if event["retained"] else ""
            unit = f" {event['unit']}" if event["unit"] else ""
            value = re.sub(r"^-(?=\d)", "−", f"{event['text']}{unit}")
            self.hear(f"{pin}*{event['name']}* {value}")

    @override
    async def tell(self, text: str) -> None:
        self.hear(await self._hass.api.conversation(text, self._agent))
