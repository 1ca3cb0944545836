"""Which devices are away, by the topics that tell whether they are there."""

from ..discovery.entity_state import is_offline
from ..model.away import Away
from ..ports import Templates
from .names import Names


class Presences:
    """What Home Assistant discovery tells of where devices say that they are there."""

    def __init__(self, names: Names, templates: Templates) -> None:
        self._devices = names.devices
        self._names = names
        self._templates = templates

    def behind(self, topic: str) -> str:
        """Return the topic that says that who speaks on a topic is away, with most others; or nothing."""
        entities = self._names.entities(topic)
        if not all(is_offline(entity, self._devices, self._templates) for entity in entities):
            return ""
        sources = {source.topic for entity in entities for source in entity.sources}
        away = sorted(each for each in sources if self.away(each) is not None)
        return max(away, key=lambda each: len(self._devices.uses.devices(each)), default="")

    def away(self, source: str) -> Away | None:
        """Return who is away by the topic that tells that, if it says so now."""
        devices, newest = self._devices.uses.devices(source), self._devices.newest(source)
        if not devices or newest is None:
            return None
        if self._devices.uses.is_there(source, newest[1], self._templates) is not False:
            return None
        group = next(filter(None, source.split("/")), source)
        return Away(devices[0] if len(devices) == 1 else group, len(devices))
