"""What stands out among values."""

from fakes import reading
import pytest

from bot.chat.notable import _WORDS, KINDS, notable
from bot.model.message import Field


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("Window", "open", "open"),
        ("Fenster", "offen", "open"),
        ("Lamp", "ON", "on"),
        ("Sensor Battery", "7", "battery"),
        ("Batterie", "19,5 %", "battery"),
        ("Door battery", "low", "battery"),
        ("Door battery", "on", "battery"),
        ("Cellar leak", "wet", "alarm"),
        ("Node", "offline", "away"),
    ],
)
def test_this_does(name: str, text: str, kind: str) -> None:
    assert list(notable(reading(name, text))) == [(kind, name)]
    assert kind in KINDS


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Window", "closed"),
        ("Lamp", "off"),
        ("Battery", "21"),
        ("Battery", "full"),
        ("Heat", "7"),
        ("X", "low"),
        *(("Window", f"{word}s") for word in _WORDS),
    ],
)
def test_this_does_not(name: str, text: str) -> None:
    assert list(notable(reading(name, text))) == []


def test_what_the_chat_leaves_out_stands_out_only_if_a_battery_is_low() -> None:
    fields = (Field("Hatch", "open"), Field("Child lock", "unlocked"), Field("Battery", "5", "%"))
    found = list(notable(reading("hatch", "x", fields=fields, told=(Field("", "open, 40 %"),))))
    assert found == [("open", "hatch"), ("battery", "hatch Battery")]


def test_each_field_is_looked_at() -> None:
    fields = (Field("Contact", "open"), Field("Battery", "5", "%"), Field("Temperature", "3"))
    found = list(notable(reading("Door", "x", fields=fields)))
    assert found == [("open", "Door Contact"), ("battery", "Door Battery")]
