"""A houseboat: a battery that has volts and a charge, a pump, a hatch with a position, plain topics."""

from fakes import World
from homes import announce

from bot.model.rules import Subscription

_BILGE = {"name": "Bilge", "identifiers": ["bilge"], "suggested_area": "Engine room"}
_BANK = {"name": "House battery", "identifiers": ["bank"]}


def boat(language: str = "en") -> World:
    """Return the boat, everything heard some minutes ago."""
    world = World(Subscription("#"), language=language)
    _bilge(world)
    _power(world)
    hatch = {"name": "Roof hatch", "identifiers": ["hatch"]}
    announce(
        *(world, "cover", "hatch"),
        name=None,
        state_topic="boat/hatch",
        command_topic="boat/hatch/set",
        position_topic="boat/hatch/pos",
        set_position_topic="boat/hatch/pos/set",
        device=hatch,
    )
    for topic, payload in (
        ("boat/bilge/leak", "0"),
        ("boat/bilge/level", "3.2"),
        ("boat/bilge/pump", "OFF"),
        ("boat/bank", '{"v": 12.9, "soc": 84, "a": -3.1}'),
        ("boat/engine", '{"battery": 9}'),
        ("boat/charge", "90"),
        ("boat/hatch", "open"),
        ("boat/hatch/pos", "40"),
        ("boat/gps/drift", "6"),
        ("boat/tank/diesel", "120 L"),
        ("boat/light", "OFF"),
    ):
        world.receive(topic, payload)
    world.later(300)
    return world


def _bilge(world: World) -> None:
    leak = {"payload_on": "1", "payload_off": "0", "device_class": "moisture"}
    announce(
        world,
        "binary_sensor",
        "leak",
        name="Water leak",
        state_topic="boat/bilge/leak",
        device=_BILGE,
        **leak,
    )
    announce(
        *(world, "sensor", "level"),
        name="Level",
        state_topic="boat/bilge/level",
        unit_of_measurement="cm",
        device=_BILGE,
    )
    announce(
        *(world, "switch", "pump"),
        name="Pump",
        state_topic="boat/bilge/pump",
        command_topic="boat/bilge/pump/set",
        device=_BILGE,
    )
    announce(
        *(world, "light", "light"),
        name=None,
        state_topic="boat/light",
        command_topic="boat/light/set",
        device={"name": "Saloon light", "identifiers": ["light"]},
    )


def _power(world: World) -> None:
    for key, name, unit, device_class in (
        ("v", "Voltage", "V", "voltage"),
        ("soc", "State of charge", "%", "battery"),
        ("a", "Current", "A", "current"),
    ):
        announce(
            *(world, "sensor", key),
            name=name,
            state_topic="boat/bank",
            value_template=f"{{{{ value_json.{key} }}}}",
            unit_of_measurement=unit,
            device_class=device_class,
            device=_BANK,
        )
    announce(
        *(world, "number", "charge"),
        name="Charge limit",
        state_topic="boat/charge",
        command_topic="boat/charge/set",
        min=50,
        max=100,
        unit_of_measurement="%",
        device=_BANK,
    )
    announce(
        *(world, "sensor", "engine"),
        name="Battery",
        state_topic="boat/engine",
        value_template="{{ value_json.battery }}",
        unit_of_measurement="%",
        device_class="battery",
        entity_category="diagnostic",
        device={"name": "Engine sensor", "identifiers": ["engine"]},
    )
