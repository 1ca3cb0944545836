"""Questions what can be done in a place: what there can be set, and what makes it warmer."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, override

from ..commands.command import worded
from ..discovery.entities import Entity, name_words
from ..discovery.entity_state import state_text
from ..discovery.set_request import allowed
from ..discovery.setting.kinds import CLIMATE
from ..model.replies import Amount, BotError, Caller, Cell, Reply, Table, Text, Worded
from ..reading.around import place_of
from ..reading.measured import known_names
from ..reading.wording import behind_fillers
from .questions import Look, Parts, Question


@dataclass(frozen=True, kw_only=True)
class Felt(Question):
    """Tells how warm it is in a place where it is too cold or too warm, and what makes it `up` or `down`."""

    node: ClassVar[str] = "value"

    place: str = ""
    way: str = ""

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        warm = [each for each in parts.readings.devices if each.component == CLIMATE and each.controls]
        there = [each for each in warm if name_words(each.area) == name_words(self.place)]
        if not self.place and warm:
            raise BotError("felt_where", example=self._said(parts, warm[0]))
        if not there:
            return await Look(place=self.place, kind="temperature").run(parts, caller)
        told = state_text(there[0], parts.readings.devices, parts.ports.templates, parts.ports.clock.now())
        cells: dict[str, Cell] = {"name": there[0].full_name, "value": Amount(told)}
        return Text("felt", {**cells, "example": self._said(parts, there[0])}, {"name": there[0].full_name})

    def _said(self, parts: Parts, entity: Entity) -> Worded:
        """Return what makes it warmer or colder, as it is typed."""
        key = f"common.words_step_temperature_{self.way}"
        return worded(parts, lambda phrases: f"{entity.full_name} {phrases.phrase(key).partition(',')[0]}")


@dataclass(frozen=True, kw_only=True)
class Settable(Question):
    """Tells what can be set in a place, or everywhere, and to what."""

    node: ClassVar[str] = "devices"

    place: str = ""

    @override
    async def run(self, parts: Parts, caller: Caller) -> Reply:
        names, said = await known_names(parts), self.place
        said = said[max(behind_fillers(said), default=0) :]
        place = place_of(names, names.places, said)
        if said and not place:
            raise Look(place=said).nothing(parts)
        found = [
            each
            for each in names.devices
            if each.controls and each.main and (not place or name_words(each.area) == name_words(place))
        ]
        if not found:
            raise Look(place=place).nothing(parts)
        found.sort(key=lambda each: each.full_name)
        return Table(
            title=Text("settable"),
            columns=("column_name", "column_settable"),
            rows=tuple((each.full_name, worded(parts, partial(allowed, each))) for each in found),
            facts=tuple({"name": each.full_name} for each in found),
        )
