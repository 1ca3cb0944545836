"""What the entities of a topic may take of one message, together."""

from collections.abc import Callable
import json

from fakes import ME, World
import pytest

from bot.model.message import Kind, Message, Reading
from bot.model.rules import Subscription
from bot.reading.readings import Readings

FOREIGN = "{{ value_json.t * 2 }}"
TICK = 0.001


class Slow:
    """`bot.ports.Templates` whose clock goes on while it works."""

    def __init__(self) -> None:
        self.time = 0.0
        self.rendered: list[str] = []
        self.cost: dict[str, float] = {}
        self.preparing = 0.0
        self._ready: set[str] = set()

    def ticks(self) -> float:
        return self.time

    def runs(self, template: str) -> bool:
        if template not in self._ready:
            self._ready.add(template)
            self.time += self.preparing
        return True

    def render(self, template: str, text: str, json: object) -> str | None:
        self.rendered.append(template)
        self.time += self.cost.get(template, TICK)
        return template[3:]


def configured(templates: Slow, *sources: str, each: Callable[[int], str] = "e{}".format) -> World:
    """Return a bot that knows an entity of `home/x` for each template; `each` names its configuration."""
    world = World(Subscription("home/#"))
    world.bot.readings._templates = templates
    world.bot.readings._ticks = templates.ticks
    world.bot.readings.forget()
    for number, source in enumerate(sources):
        config = {"name": f"N{number}", "stat_t": "home/x", "val_tpl": source}
        world.receive(f"homeassistant/sensor/{each(number)}/config", json.dumps(config))
    return world


def read(world: World, payload: str = '{"t": 1}') -> Reading:
    return world.bot.readings.read(Message("home/x", payload.encode()))


def test_templates_that_take_too_long_together_leave_the_message_as_it_came() -> None:
    templates = Slow()
    world = configured(templates, *(f"{{{{ {number} * value }}}}" for number in range(40)))
    found = read(world)
    assert (found.kind, found.text) == (Kind.JSON, "t: 1")
    assert len(templates.rendered) < 30


def test_who_is_slow_again_and_again_is_switched_off_and_said_once() -> None:
    templates = Slow()
    templates.cost["{{ value * 9 }}"] = 0.1
    world = configured(templates, "{{ value * 9 }}", "{{ value * 2 }}")
    for _ in range(3):
        assert read(world).text == "t: 1"
    templates.rendered.clear()
    for _ in range(3):
        assert read(world).text == "N1 value * 2 }} · t 1"
    assert templates.rendered == ["{{ value * 2 }}"] * 3
    (said,) = [text for text in world.said if "too long" in text]
    assert said.startswith(
        "The templates of homeassistant/sensor/e0/config took too long for several messages."
    )


async def test_what_is_switched_off_is_listed_until_its_configuration_changes() -> None:
    templates = Slow()
    templates.cost["{{ value * 9 }}"] = 0.1
    world = configured(templates, "{{ value * 9 }}")
    for _ in range(3):
        read(world)
    assert "homeassistant/sensor/e0/config" in await world.ask("/mqtt discovery", ME)
    assert "its template is not run" in await world.ask("/mqtt devices", ME)
    world.receive(
        "homeassistant/sensor/e0/config", '{"name": "N", "stat_t": "home/x", "val_tpl": "{{ value * 3 }}"}'
    )
    assert read(world).text == "value * 3 }}"
    assert "e0" not in await world.ask("/mqtt discovery", ME)


def test_one_pause_of_the_process_switches_nothing_off() -> None:
    templates = Slow()
    world = configured(templates, FOREIGN)
    for slow in (True, True, False, True, True, False):
        templates.cost[FOREIGN] = 0.1 if slow else 0.0
        read(world)
    assert not world.bot.readings.slow


def test_templates_that_are_only_slow_to_be_made_ready_get_on() -> None:
    templates = Slow()
    templates.preparing, templates.cost = 0.01, {f"{{{{ {number} * value }}}}": 0.0 for number in range(20)}
    world = configured(templates, *templates.cost)
    assert read(world).text == "t: 1"
    for _ in range(9):
        found = read(world)
    assert found.text.startswith("N0 0 * value }} · N1")
    assert not world.bot.readings.slow


def test_templates_that_are_made_ready_for_ever_are_switched_off() -> None:
    templates = Slow()
    templates.preparing = 0.1
    world = configured(templates, FOREIGN)
    for _ in range(30):
        templates._ready.clear()
        read(world)
    assert list(world.bot.readings.slow) == ["homeassistant/sensor/e0/config"]


def test_the_texts_of_one_message_are_bounded_together() -> None:
    world = configured(Slow(), *["{{ value }}"] * 3)
    found = read(world, "x" * 250_000)
    assert len(found.text) == 250_000
    assert read(world, "short").text == "N0 short · N1 short · N2 short"


def test_paths_on_a_short_message_are_followed_by_all() -> None:
    world = configured(Slow(), *(f"{{{{ value_json.t{number} }}}}" for number in range(100)))
    payload = json.dumps({f"t{number}": number for number in range(100)})
    assert len(read(world, payload).fields) == 100


def test_a_payload_that_is_no_json_is_not_parsed_for_each_entity(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def parse(text: str) -> object:
        parsed.append(text)
        raise ValueError

    monkeypatch.setattr("bot.discovery.bindings.parse_json", parse)
    world = configured(Slow(), *(f"{{{{ value_json.t{number} }}}}" for number in range(10)))
    read(world, "[" * 400)
    assert parsed == []


def test_without_templates_of_home_assistant_what_is_long_is_read_too() -> None:
    readings = Readings()
    config = b'{"name": "N", "stat_t": "home/x", "val_tpl": "{{ value }}"}'
    readings.learn(Message("homeassistant/sensor/e/config", config))
    assert len(readings.read(Message("home/x", b"x" * 5_000)).text) == 5_000


async def test_a_listing_of_devices_takes_bounded_time() -> None:
    templates = Slow()
    world = configured(templates, *(f"{{{{ {number} * value }}}}" for number in range(20)))
    world.templates.render = templates.render  # type: ignore[method-assign]
    templates.cost = {f"{{{{ {number} * value }}}}": 0.03 for number in range(20)}
    world.receive("home/x", '{"t": 1}')
    templates.rendered.clear()
    await world.ask("/mqtt devices", ME)
    assert len(templates.rendered) == 2
