"""Charts as pictures: drawn by the entity of a topic, in light and in dark."""

import asyncio
from dataclasses import replace
from http import HTTPStatus
from io import BytesIO
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from PIL import Image
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from running import bot_entry, publish, running, subscribed, topics, until

from custom_components.dinox_mqtt_bot import image
from custom_components.dinox_mqtt_bot.bot.model.charts import Limit, Picture
from custom_components.dinox_mqtt_bot.bot.model.history import Point, Span
from custom_components.dinox_mqtt_bot.bot.rendering.sparkline import gather
from custom_components.dinox_mqtt_bot.hass import pictures as chart_picture
from custom_components.dinox_mqtt_bot.hass.clock import LoopClock
from custom_components.dinox_mqtt_bot.hass.phrases import Translations, async_load_phrases
from custom_components.dinox_mqtt_bot.hass.pictures import DARK, HEIGHT, LIGHT, WIDTH, draw, writable

SPAN = Span(1_800_000_000.0, 1_800_086_400.0)


def opened(png: bytes) -> Image.Image:
    picture = Image.open(BytesIO(png))
    assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))
    return picture.convert("RGB")


def colours(png: bytes) -> set[tuple[int, ...]]:
    found = opened(png).getcolors(WIDTH * HEIGHT)
    assert found is not None
    return {colour for _, colour in found if isinstance(colour, tuple)}


WORDS = Translations(
    {
        "common.chart_day": "%-d %b",
        "common.chart_heading": "min {low} · avg {mean} · max {high}",
    }
)


def drawn(picture: Picture, palette: chart_picture.Palette = LIGHT, phrases: Translations = WORDS) -> bytes:
    return draw(picture, _clock().local, phrases, palette)


def _clock() -> LoopClock:
    return LoopClock(asyncio.new_event_loop())


def series(*values: float) -> tuple[Point, ...]:
    numbers = [(SPAN.since + nth * 3600, value) for nth, value in enumerate(values)]
    return tuple(gather(numbers, SPAN, 240))


# The drawing.


def test_a_picture_is_light_or_dark() -> None:
    picture = Picture("Kitchen", "°C", series(18, 21, 20, 24), SPAN)
    light, dark = drawn(picture), drawn(picture, DARK)
    assert opened(light).getpixel((2, 2)) == LIGHT.paper
    assert opened(dark).getpixel((2, 2)) == DARK.paper
    assert len(colours(light)) > 50
    assert LIGHT.line in colours(light)
    assert DARK.line in colours(dark)


def test_limits_and_bands_are_drawn() -> None:
    plain = Picture("Kitchen", "°C", series(18, 21, 20, 24), SPAN)
    limited = Picture("Kitchen", "°C", plain.points, SPAN, (Limit(24, ">"), Limit(17, "<")))
    banded = Picture("Kitchen", "°C", plain.points, SPAN, (), (Span(SPAN.since, SPAN.since + 9000),))
    assert LIGHT.limit not in colours(drawn(plain))
    assert LIGHT.limit in colours(drawn(limited))
    assert len({drawn(plain), drawn(limited), drawn(banded)}) == 3


def test_a_limit_far_away_does_not_flatten_the_numbers() -> None:
    plain = Picture("Kitchen", "°C", series(18, 21), SPAN)
    assert drawn(replace(plain, last="21")) == drawn(plain) != drawn(replace(plain, last="19"))
    assert drawn(Picture("Kitchen", "°C", plain.points, SPAN, (Limit(900, ">"),))) == drawn(plain)


@pytest.mark.parametrize(
    "values", [(5,), (5, 5, 5), (0, 0), (-3, 2), (1e-9, 2e-9), (1e307, -1.7e308, 1.7e308), (5e-324, 0)]
)
def test_any_numbers_can_be_drawn(values: tuple[float, ...]) -> None:
    assert len(colours(drawn(Picture("x", "", series(*values), SPAN)))) > 20


def test_a_gap_is_left_empty() -> None:
    numbers = [(SPAN.since + nth * 600, 1.0 + nth % 2) for nth in range(144) if not 50 < nth < 90]
    gapped = tuple(gather(numbers, SPAN, 240))
    picture = opened(drawn(Picture("", "", gapped, SPAN)))
    column = {picture.getpixel((WIDTH // 2, y)) for y in range(chart_picture.TOP, HEIGHT - 40)}
    assert LIGHT.line not in column


def test_titles_have_no_boxes_and_end_where_the_value_begins() -> None:
    assert writable("Küche 🌡️ °C µg/m³ Ωя") == "Küche °C µg/m³ Ωя"
    assert drawn(Picture("long title " * 40, "kWh", series(1, 2), SPAN))


def test_without_the_frontend_the_font_of_pillow_has_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    chart_picture._font.cache_clear()
    chart_picture._has.cache_clear()
    try:
        monkeypatch.setattr(chart_picture, "FONT", "nowhere.woff2")
        assert writable("Küche −22 °C") == "Kuche -22 °C"
        assert drawn(Picture("Küche", "°C", series(1, 2), SPAN))
    finally:
        chart_picture._font.cache_clear()
        chart_picture._has.cache_clear()


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_the_heading_is_in_the_language_of_home_assistant(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def noted(text: str) -> str:
        told.append(text)
        return text

    monkeypatch.setattr(chart_picture, "writable", noted)
    hass.config.language = "de"
    drawn(Picture("Küche", "°C", series(18, 24), SPAN), phrases=await async_load_phrases(hass))
    assert "Min. 18 · Mittel 21 · Max. 24 °C" in told


@pytest.mark.usefixtures("enable_custom_integrations")
@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("de", {"−12,2 °C", "Min. −18,4 · Mittel −15,3 · Max. −12,2 °C", "> −15,5 °C", "−18", "−14"}),
        ("en", {"−12.2 °C", "min −18.4 · avg −15.3 · max −12.2 °C", "> −15.5 °C", "−18", "−14"}),
    ],
)
async def test_numbers_are_written_as_in_the_language(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, language: str, written: set[str]
) -> None:
    told: list[str] = []

    def noted(text: str) -> str:
        told.append(text)
        return text

    monkeypatch.setattr(chart_picture, "writable", noted)
    phrases = await async_load_phrases(hass, language)
    drawn(Picture("Icebox", "°C", series(-18.4, -12.2), SPAN, (Limit(-15.5, ">"),)), phrases=phrases)
    assert written <= set(told)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_many_digits_are_parted_wherever_they_stand(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def noted(text: str) -> str:
        told.append(text.replace("\u202f", "_"))
        return text

    monkeypatch.setattr(chart_picture, "writable", noted)
    drawn(
        Picture("Meter", "kWh", series(12000.5, 48000.5), SPAN), phrases=await async_load_phrases(hass, "de")
    )
    assert {"48_000,5 kWh", "Min. 12_000,5 · Mittel 30_000,5 · Max. 48_000,5 kWh", "20_000"} <= set(told)


# The entity.


async def entity_ids(registry: er.EntityRegistry, entry_id: str) -> list[str]:
    entries = er.async_entries_for_config_entry(registry, entry_id)
    return sorted(each.entity_id for each in entries if each.domain == "image")


async def test_topics_with_numbers_have_charts_that_are_off_at_first(
    hass: HomeAssistant, data: dict[str, Any], port: int, entity_registry: er.EntityRegistry
) -> None:
    entry = bot_entry(data, topics("image/number", "image/json", "image/text", "image/many/#"))
    async with running(hass, entry) as bot:
        for topic, payload in (("text", "on"), ("number", "21 °C"), ("json", '{"t": 2}'), ("many/x", "1")):
            await publish(port, f"image/{topic}", payload)
        await until(lambda: bot.bot.status.messages == 4)
        await hass.async_block_till_done()
        found = await entity_ids(entity_registry, entry.entry_id)
        assert found == [
            "image.image_json_chart",
            "image.image_json_chart_dark",
            "image.image_number_chart",
            "image.image_number_chart_dark",
        ]
        disabled = {entity_registry.entities[each].disabled_by for each in found}
        assert disabled == {er.RegistryEntryDisabler.INTEGRATION}


async def test_a_chart_is_drawn_when_somebody_looks(
    hass: HomeAssistant,
    data: dict[str, Any],
    port: int,
    hass_client: ClientSessionGenerator,
    entity_registry: er.EntityRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image, "SECONDS", 0.1)
    entry = bot_entry(data, topics("image/looked"))
    assert await async_setup_component(hass, "http", {})
    (subentry_id,) = entry.subentries
    for key in ("chart", "chart_dark"):
        entity_registry.async_get_or_create(
            "image",
            "dinox_mqtt_bot",
            f"{subentry_id}_{key}",
            suggested_object_id=key,
            disabled_by=None,
        )
    async with running(hass, entry) as bot:
        client = await hass_client()

        async def look(entity_id: str) -> tuple[int, bytes]:
            answer = await client.get(f"/api/image_proxy/{entity_id}")
            return answer.status, await answer.read()

        assert (await look("image.chart"))[0] == HTTPStatus.INTERNAL_SERVER_ERROR
        before = hass.states.get("image.chart")
        assert before is not None
        await publish(port, "image/looked", "20")
        await publish(port, "image/looked", "22")
        await until(lambda: bot.bot.status.messages == 2)
        await until(lambda: hass.states.get("image.chart").state != before.state)
        status, light = await look("image.chart")
        assert status == HTTPStatus.OK
        assert opened(light).getpixel((2, 2)) == LIGHT.paper
        _, dark = await look("image.chart_dark")
        assert opened(dark).getpixel((2, 2)) == DARK.paper


async def test_a_topic_that_becomes_another_one_loses_its_charts(
    hass: HomeAssistant, data: dict[str, Any], port: int, entity_registry: er.EntityRegistry
) -> None:
    entry = bot_entry(data, topics("image/before"))
    async with running(hass, entry) as bot:
        await publish(port, "image/before", "1")
        await until(lambda: bot.bot.status.messages == 1)
        await hass.async_block_till_done()
        assert len(await entity_ids(entity_registry, entry.entry_id)) == 2
        (subentry,) = entry.subentries.values()
        for topic_filter, left in (("image/after", 0), ("image/#", 0), ("image/after", 0)):
            changed = {**subentry.data, "filter": topic_filter}
            hass.config_entries.async_update_subentry(entry, subentry, data=changed, unique_id=topic_filter)
            await hass.async_block_till_done()
            assert len(await entity_ids(entity_registry, entry.entry_id)) == left
        await until(lambda: "image/after" in bot.bot.wanted)
        await subscribed(bot)
        await publish(port, "image/after", "1")
        await until(lambda: bot.bot.status.messages >= 2)
        await hass.async_block_till_done()
        assert len(await entity_ids(entity_registry, entry.entry_id)) == 2
