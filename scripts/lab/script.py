"""The scripted conversation: what somebody would do first, and what must come of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
import json

from .api import ApiError
from .devices import Value, values
from .dialogue import Dialogue, Transcript
from .person import PersonError
from .stage import Stage

type Act = Callable[[Scene], Awaitable[None]]


MINUS = "−"


def written(value: Value) -> str:
    """Return a number as the bot writes it."""
    return value.payload.decode().replace("-", MINUS)


class Scene:
    """What an act plays with."""

    def __init__(self, stage: Stage, dialogue: Dialogue, transcript: Transcript) -> None:
        """`values` are those of the simulated home, by topic."""
        self.stage = stage
        self.dialogue = dialogue
        self.transcript = transcript
        self.values = {value.topic: value for value in values(1)}
        self._began = 0

    async def publish(self, *messages: Value) -> None:
        """Let the home publish."""
        await asyncio.to_thread(self.stage.home.publish, *messages)

    async def hears(self, *parts: str, within: float = 15) -> str:
        """Wait until the bot said all of these texts in this act; return what contained the last one."""
        heard = ""
        for part in parts:
            heard = await self.dialogue.hears(part, since=self._began, within=within)
        return heard

    async def ask(self, text: str, *parts: str) -> str:
        """Say something and return the answer, which contains all of these texts. Raises PersonError."""
        began = len(self.dialogue.heard)
        await self.dialogue.say(text)
        answer = await self.dialogue.hears(parts[0], since=began)
        missing = [part for part in parts if part not in answer]
        if missing:
            raise PersonError(f"the answer to {text!r} lacks {', '.join(missing)}: {answer!r}")
        return answer

    def begin(self, act: Act) -> None:
        """Begin an act: what was heard before does not count."""
        self._began = 0 if act is retained else len(self.dialogue.heard)


async def retained(scene: Scene) -> None:
    """What the home left at the broker is there at once, marked as retained."""
    await scene.hears("📌 *Freezer Door*", "📌 *Kitchen lamp*", within=30)


async def numbers(scene: Scene) -> None:
    """A number with the unit of its discovery message, one with its unit inside, one with user properties."""
    temperature, meter = scene.values["home/freezer/temperature"], scene.values["home/power/meter"]
    outside = scene.values["home/outside"]
    await scene.publish(temperature, meter, outside)
    watts = json.loads(meter.payload)["value"]
    await scene.hears(f"{written(temperature)} °C", f"{watts} W", written(outside))
    if scene.stage.you is not None:  # the embedded broker speaks MQTT 3.1.1, which has no user properties
        await scene.hears("Outside the kitchen window", f"{written(outside)} °C")


async def fields(scene: Scene) -> None:
    """JSON, also nested: every field, or those that its discovery messages name."""
    station, climate = scene.values["home/garden/station"], scene.values["home/kitchen/climate"]
    await scene.publish(station, climate)
    speed, temperature = (
        json.loads(station.payload)["wind"]["speed"],
        json.loads(climate.payload)["temperature"],
    )
    heard = await scene.hears(f"{temperature}", f"{speed}")
    if scene.stage.you is not None and "{" in heard:
        raise PersonError(f"the JSON was not told field by field: {heard!r}")


async def bytes_of_every_kind(scene: Scene) -> None:
    """Text, a picture and bytes that are no text."""
    note, camera = scene.values["home/door/note"], scene.values["home/door/camera"]
    await scene.publish(note, camera, scene.values["home/heating/raw"])
    await scene.hears(note.payload.decode(), "camera", "PNG", "heating/raw")


async def status(scene: Scene) -> None:
    """The bot says how it is."""
    await scene.ask("status", "Online")
    await scene.ask("config", "127.0.0.1")


async def publish(scene: Scene) -> None:
    """A command reaches the device, and the device's answer the chat."""
    await scene.ask("publish home/kitchen/lamp/set ON", "Published to home/kitchen/lamp/set")
    if not await scene.stage.home.obtains("home/kitchen/lamp/set", b"ON"):
        raise PersonError("what was published in the chat never reached the lamp")
    await scene.hears("*Kitchen lamp* on")


async def subscribe(scene: Scene) -> None:
    """A new subscription brings the retained message of its topic."""
    await scene.publish(Value("garden/pond/level", b"42 cm", 1, retain=True))
    await scene.ask("subscribe garden/#", "garden/#", "QoS 1")
    heard = await scene.hears("42 cm")
    if "📌" not in heard:
        raise PersonError(f"the retained message is not marked: {heard!r}")


async def memory(scene: Scene) -> None:
    """What was seen can be asked for."""
    await scene.ask("topics", "home/#", "garden/#")
    await scene.ask("topics home/freezer/#", "Freezer Temperature", "Freezer Door")
    temperature = written(scene.values["home/freezer/temperature"])
    await scene.ask("history freezer temperature", f"{temperature} °C")


async def questions(scene: Scene) -> None:
    """It understands what people say, and answers every line."""
    temperature = written(scene.values["home/freezer/temperature"])
    await scene.ask("how warm is the freezer?", f"Freezer Temperature {temperature} °C")
    await scene.ask("is the freezer door open", "No")
    await scene.ask("turn the kitchen lamp off", "Kitchen lamp")
    if not await scene.stage.home.obtains("home/kitchen/lamp/set", b"OFF"):
        raise PersonError("what was wished for never reached the lamp")
    await scene.ask("thanks", "welcome")


async def alias(scene: Scene) -> None:
    """A topic gets a name of its own."""
    await scene.ask("alias home/freezer/temperature Icebox", "Icebox")
    await scene.publish(Value("home/freezer/temperature", b"-18.8", 1))
    await scene.hears("*Icebox* −18.8 °C")


async def alert(scene: Scene) -> None:
    """A rule, an alert, somebody who sees to it, the end of it, and what became of it."""
    await scene.ask(
        'alert home/freezer/temperature > -15 every 1h critical as "Freezer warm"', "Freezer warm"
    )
    await scene.ask("try Freezer warm", "never have fired")
    await scene.publish(Value("home/freezer/temperature", b"-12.3", 1))
    if scene.stage.you is not None:
        await scene.hears("🔴 *Freezer warm*: Icebox ", "12.3 °C, limit ")
    else:
        await scene.hears("*Icebox* −12.3 °C")
    await scene.ask("alerts", "Freezer warm", "−12.3 °C")
    await scene.ask("ack freezer warm on my way", "Acknowledged: Icebox (#1)")
    await scene.publish(Value("home/freezer/temperature", b"-19.1", 1))
    if scene.stage.you is not None:
        await scene.hears("*Freezer warm* is over")
    else:
        await scene.hears("*Icebox* −19.1 °C")
    await scene.ask("why 1", "fired", "on my way", "over")


async def pause(scene: Scene) -> None:
    """Paused, the bot keeps quiet; resumed, it says how much came in and talks again."""
    await scene.ask("pause", "resume")
    began = len(scene.dialogue.heard)
    await scene.publish(Value("home/door/note", b"said while paused", 1))
    await asyncio.sleep(3)
    if scene.stage.you is not None and len(scene.dialogue.heard) > began:
        raise PersonError("the bot did not keep quiet while it was paused")
    await scene.ask("resume", "1" if scene.stage.you else "shown")
    await scene.publish(Value("home/door/note", b"said after the pause", 1))
    await scene.hears("said after the pause")


async def help_(scene: Scene) -> None:
    """The bot lists what it can do."""
    await scene.ask("help", "Kitchen lamp on", "help topics")
    await scene.ask("help all", "subscribe", "publish", "history", "more")
    await scene.ask("more", "resume")


async def action(scene: Scene) -> None:
    """An action of Home Assistant does what the chat command does, and its sensor tells the state."""
    scene.transcript.note("(Home Assistant calls the action dinox_mqtt_bot.publish)")
    api = scene.stage.hass.api
    await api.call_action("dinox_mqtt_bot", "publish", topic="home/kitchen/lamp/set", payload="OFF")
    if not await scene.stage.home.obtains("home/kitchen/lamp/set", b"OFF"):
        raise PersonError("what the action published never reached the lamp")
    await scene.ask("devices kitchen lamp", "Kitchen lamp — off")
    sensor = await scene.stage.hass.entity("sensor", "status")
    state = (await api.states())[sensor]["state"]
    if state != "online":
        raise PersonError(f"{sensor} is {state}, not online")


ACTS: Sequence[Act] = (
    retained,
    numbers,
    fields,
    bytes_of_every_kind,
    status,
    publish,
    subscribe,
    memory,
    questions,
    alias,
    alert,
    pause,
    help_,
    action,
)


async def play(scene: Scene) -> list[str]:
    """Play all acts and return what did not happen."""
    failures = []
    for act in ACTS:
        scene.transcript.note(f"-- {act.__doc__}")
        scene.begin(act)
        try:
            await act(scene)
        except (PersonError, ApiError) as err:
            failures.append(f"{act.__doc__} {err}")
            scene.transcript.note(f"!! {err}")
    return failures
