"""Names with a letter too few, with every verb: what is said is about the thing that was meant."""

from fakes import World
from homes import announce, say
import pytest

from bot.model.rules import Display, Subscription


def house(language: str) -> World:
    """Return a house with several lamps, a blind and a lock."""
    world = World(Subscription("h/#", display=Display.SILENT), language=language)
    german = language == "de"
    for number, name in enumerate(
        ("Küchenlampe", "Wohnzimmerlampe") if german else ("Kitchen lamp", "Bedroom lamp")
    ):
        lamp = {"state_topic": f"h/l{number}", "command_topic": f"h/l{number}/set"}
        brightness = {
            "brightness_command_topic": f"h/l{number}/b/set",
            "brightness_state_topic": f"h/l{number}/b",
        }
        announce(world, "light", f"l{number}", name=name, **lamp, **brightness)
        world.receive(f"h/l{number}", "OFF")
    blind = {"state_topic": "h/c", "command_topic": "h/c/set", "set_position_topic": "h/c/p/set"}
    announce(world, "cover", "c", name="Schlafzimmerrollo" if german else "Bedroom blind", **blind)
    gate = {"state_topic": "h/g", "command_topic": "h/g/set"}
    announce(world, "lock", "g", name="Gartentor" if german else "Garden gate", **gate)
    boiler = {"state_topic": "h/t", "unit_of_measurement": "°C", "device_class": "temperature"}
    announce(world, "sensor", "t", name="Heizkessel" if german else "Boiler", **boiler)
    for topic, payload in (("h/c", "open"), ("h/g", "LOCKED"), ("h/t", "61.5")):
        world.receive(topic, payload)
    world.wait(20)
    return world


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("open the kitchn lamp", "Kitchen lamp cannot be set to “open”. Possible: on, off"),
        ("lock the kitchn lamp", "Kitchen lamp cannot be set to “lock”. Possible: on, off"),
        ("turn on the kitchn lamp", "Set Kitchen lamp: on?"),
        ("turn the kitchn lamp off", "Set Kitchen lamp: off?"),
        ("dim the kitchn lamp to 40 %", "Set Kitchen lamp: to 40 %?"),
        ("set the kitchn lamp to 40 %", "Set Kitchen lamp: to 40 %?"),
        ("set kitchn lamp 40 %", "Set Kitchen lamp: 40 %?"),
        ("set the kitchn lamp to loud", "Kitchen lamp"),
        ("open the bedrom blind", "Set Bedroom blind: open?"),
        ("close bedrom blind please", "Set Bedroom blind: close?"),
        ("put the bedrom blind to 30 %", "Set Bedroom blind: to 30 %?"),
        ("unlock the gardn gate", "Set Garden gate: unlock?"),
        ("lock the gardn gate", "Set Garden gate: lock?"),
        ("open the boilr", "Nothing can be set about Boiler"),
        ("history of the boilr", "I know no “boilr”. Nearest: Boiler"),
        ("chart boilr", "Nearest: Boiler"),
        ("mute the boilr until tomorrow", "Nearest: Boiler"),
        ("alert boilr > 80", "Nearest: Boiler"),
        ("tell me when the gardn gate opens", "Nearest: Garden gate"),
        ("how warm is the boilr", "Nearest: Boiler"),
        ("bedrom", "Nearest: Bedroom"),
    ],
)
async def test_in_english(line: str, part: str) -> None:
    world = house("en")
    said = await say(world, line)
    assert part in said
    assert world.broker.published == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("öffne die Küchnlampe", "Küchenlampe lässt sich nicht auf „öffne“ stellen. Möglich: an, aus"),
        ("mach die Küchnlampe an", "Küchenlampe stellen: an?"),
        ("schalte Küchnlampe aus", "Küchenlampe stellen: aus?"),
        ("stelle die Küchnlampe auf 40 %", "Küchenlampe stellen: auf 40 %?"),
        ("dimme die Küchnlampe auf 40 %", "Küchenlampe stellen: auf 40 %?"),
        ("stelle die Küchnlampe auf laut", "Küchenlampe"),
        ("öffne das Schlafzimerrollo", "Schlafzimmerrollo stellen: öffne?"),
        ("schließ das Schlafzimerrollo bitte", "Schlafzimmerrollo stellen: schließ?"),
        ("verriegle das Gartntor", "Gartentor stellen: verriegle?"),
        ("entriegle das Gartntor", "Gartentor stellen: entriegle?"),
        ("öffne den Heizkesel", "An Heizkessel lässt sich von hier aus nichts einstellen"),
        ("verlauf vom Heizkesel", "„Heizkesel“ ist nicht bekannt. Am nächsten kommen: Heizkessel"),
        ("diagramm Heizkesel", "Heizkessel"),
        ("stumm Heizkesel bis morgen", "Am nächsten kommen: Heizkessel"),
        ("alarm Heizkesel > 80", "Am nächsten kommen: Heizkessel"),
        ("sag mir wenn das Gartntor aufgeht", "Am nächsten kommen: Gartentor"),
        ("wie warm ist der Heizkesel", "Am nächsten kommen: Heizkessel"),
    ],
)
async def test_in_german(line: str, part: str) -> None:
    world = house("de")
    said = await say(world, line)
    assert part in said
    assert world.broker.published == []


async def test_what_was_meant_is_done_after_a_yes() -> None:
    world = house("en")
    await say(world, "open the bedrom blind")
    await say(world, "yes")
    assert [message[:2] for message in world.broker.published] == [("h/c/set", b"OPEN")]
