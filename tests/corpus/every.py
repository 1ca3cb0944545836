"""All of the devices."""

from .comfort import comfort
from .device import Device
from .energy import meters, opendtu
from .guards import alarms
from .lamps import lamps
from .nodes import esphome, gateway, tasmota
from .others import others
from .rare import rare
from .things import frigate, radios, robots, zwave
from .zigbee_home import bridge, devices


def every() -> list[Device]:
    """Return each device of the corpus."""
    return [
        bridge(),
        *devices(),
        *esphome(),
        *tasmota(),
        *gateway(),
        *opendtu(),
        *meters(),
        *zwave(),
        *frigate(),
        *robots(),
        *alarms(),
        *radios(),
        *lamps(),
        *comfort(),
        *others(),
        *rare(),
    ]
