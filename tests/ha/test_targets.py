"""What a notification of Home Assistant is told, and what counts as told."""

import asyncio
from importlib import import_module
import re
import sys
from unittest.mock import MagicMock

from homeassistant.components.notify.const import NotifyEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from notifications import APP_LOGGER, PHONE, Phone, app_entity, board, notice
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
import voluptuous as vol

from custom_components.dinox_mqtt_bot.bot.model.notice import Push
from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.bot.model.rules import Priority
from custom_components.dinox_mqtt_bot.hass import targets
from custom_components.dinox_mqtt_bot.hass.targets import NoticeLook, async_choices, async_push

LOOK = NoticeLook(group="bot", silent="Alerts without sound", buttons={})
FREEZER = Push("Freezer", "freezer-1")
# What ntfy's action of Home Assistant 2026.10 takes of this, and how.
PUBLISHED = {
    vol.Required("entity_id"): str,
    vol.Optional("title"): str,
    vol.Optional("message"): str,
    vol.Optional("priority"): vol.All(int, vol.Range(1, 5)),
    vol.Optional("click"): vol.Url(),
    vol.Optional("sequence_id"): str,
}
JOINER = "\u2060"


def named(hass: HomeAssistant, system: str) -> None:
    """Have the phone of this system, if any, set up with the app."""
    if system:
        data = {"device_name": "phone", "os_name": system}
        MockConfigEntry(domain="mobile_app", data=data).add_to_hass(hass)


async def tell(
    hass: HomeAssistant, to: str, priority: Priority = Priority.ALERT, push: Push | None = FREEZER
) -> None:
    await async_push(hass, notice("Freezer is warm", to, priority=priority, push=push), LOOK)


async def refused(hass: HomeAssistant, to: str) -> str:
    """Return the key of the error."""
    with pytest.raises(BotError) as caught:
        await tell(hass, to)
    return caught.value.key


async def test_an_entity_gets_text_and_title(hass: HomeAssistant) -> None:
    entity = await board(hass)
    await tell(hass, "notify.board")
    assert entity.told == [("Freezer is warm", "Freezer")]


async def test_an_entity_that_is_unavailable_is_not_taken_for_told(hass: HomeAssistant) -> None:
    entity = await board(hass)
    entity.plug(False)
    assert await refused(hass, "notify.board") == "target_unavailable"
    entity.plug(True)
    await tell(hass, "notify.board")
    assert len(entity.told) == 1


async def test_what_an_entity_raises_is_passed_on(hass: HomeAssistant) -> None:
    entity = await board(hass)
    entity.broken = True
    with pytest.raises(HomeAssistantError, match="unplugged"):
        await tell(hass, "notify.board")


async def test_an_entity_that_shows_no_title_gets_it_in_the_text(hass: HomeAssistant) -> None:
    entity = await board(hass)
    entity._attr_supported_features = NotifyEntityFeature(0)
    entity.plug(True)
    await tell(hass, "notify.board")
    await tell(hass, "notify.board", push=None)
    assert entity.told == [("Freezer\nFreezer is warm", None), ("Freezer is warm", None)]


@pytest.mark.parametrize(
    ("priority", "push", "values"),
    [
        (Priority.CRITICAL, Push("Freezer", "", url="https://home.test/cellar"), {"priority": 5}),
        (Priority.ALERT, Push("Freezer", "freezer-1", url="/lovelace/cellar"), {"priority": 4}),
        (Priority.ALERT, Push("Freezer", "freezer-1", sound=False), {"priority": 2}),
    ],
)
async def test_ntfy_is_told_how_loud_it_is_and_what_it_replaces(
    hass: HomeAssistant, priority: Priority, push: Push, values: dict[str, object]
) -> None:
    registry, entry = er.async_get(hass), MockConfigEntry(domain="ntfy")
    entry.add_to_hass(hass)
    known = registry.async_get_or_create(
        "notify", "ntfy", "1", config_entry=entry, suggested_object_id="ntfy"
    )
    hass.states.async_set(known.entity_id, "unknown")
    told = async_mock_service(hass, "ntfy", "publish", vol.Schema(PUBLISHED))
    await tell(hass, known.entity_id, priority, push)
    await tell(hass, known.entity_id, priority, push)
    first, again = (dict(call.data) for call in told)
    assert first == again  # and so in the place of the first
    replaces, opens = first.pop("sequence_id", ""), first.pop("click", "")
    assert first == {"entity_id": known.entity_id, "message": "Freezer is warm", "title": "Freezer"} | values
    assert bool(re.fullmatch(r"[a-z0-9]{1,64}", str(replaces))) is bool(push.tag)
    assert opens == ("https://home.test/cellar" if priority is Priority.CRITICAL else "")


async def test_an_action_gets_text_and_title_and_nothing_it_may_not_know(hass: HomeAssistant) -> None:
    """The title is in the text too: some show none."""
    mail = Phone().register(hass, "mail")
    await tell(hass, "notify.mail", Priority.CRITICAL)
    assert mail.told == [{"message": "Freezer\nFreezer is warm", "title": "Freezer"}]


async def test_without_a_push_an_app_gets_the_text_alone(hass: HomeAssistant) -> None:
    phone = Phone().register(hass, "mobile_app_phone")
    await tell(hass, PHONE, push=None)
    assert phone.told == [{"message": "Freezer is warm"}]


COMMANDS = [
    "clear_notification",
    "request_location_update",
    "command_dnd",
    "TTS",
    "remove_channel",
    "delete_alert",
    "clear_badge",
    "update_complications",
    "kiosk_hide_screensaver",
    " clear_notification\n",
]


@pytest.mark.parametrize("said", COMMANDS)
async def test_no_text_is_a_command_to_an_app(hass: HomeAssistant, said: str) -> None:
    phone = Phone().register(hass, "mobile_app_phone")
    await async_push(hass, notice(said, PHONE, push=FREEZER), LOOK)
    await async_push(hass, notice(said, PHONE, push=None), LOOK)
    assert phone.texts == [f"Freezer: {said}", f"…: {said}"]


TEXT = "<b>5</b> <5 °C snake_case 3 * 4 *x* [a](http://a.b) :warning: \\n"


async def said_to(hass: HomeAssistant, to: str) -> tuple[str, str]:
    """Return message and title as `to` gets them."""
    phone = Phone().register(hass, to.removeprefix("notify."))
    await async_push(hass, notice(TEXT, to, push=Push("<b>", "tag")), LOOK)
    return phone.told[0]["message"], phone.told[0]["title"]


@pytest.mark.parametrize("system", ["Android", ""])
async def test_an_app_that_shows_html_shows_text_as_text(hass: HomeAssistant, system: str) -> None:
    named(hass, system)
    message, title = await said_to(hass, PHONE)
    assert title == "&lt;b&gt;"
    assert message.replace(JOINER, "") == (
        "&lt;b&gt;5&lt;/b&gt; &lt;5 °C snake_case 3 * 4 *x* [a](http://a.b) &#58;warning: &#92;n"
    )


async def test_an_app_that_shows_text_gets_it_as_it_is(hass: HomeAssistant) -> None:
    named(hass, "iOS")
    message, title = await said_to(hass, PHONE)
    assert (message.replace(JOINER, ""), title) == (TEXT, "<b>")


async def test_the_page_shows_markdown_as_text(hass: HomeAssistant) -> None:
    message, title = await said_to(hass, "notify.persistent_notification")
    assert title == "<b>"
    assert message.replace(JOINER, "") == (
        r"\<b>5\</b> <5 °C snake_case 3 * 4 \*x\* \[a](http\://a.b) :warning: \n"
    )


async def test_where_nobody_knows_what_acts_nothing_does(hass: HomeAssistant) -> None:
    message, title = await said_to(hass, "notify.mail")
    assert title == "‹b>"
    assert message.replace(JOINER, "").removeprefix("‹b>\n") == (
        "‹b>5‹/b> ‹5 °C snake_case 3 * 4 *x* [a](http://a.b) :warning: \\n"
    )
    assert f"]{JOINER}(" in message


async def test_no_link_but_http_is_one(hass: HomeAssistant) -> None:
    phone = Phone().register(hass, "mobile_app_phone")
    await async_push(hass, notice("xmpp:bot@home.test?message;body=x", PHONE, push=FREEZER), LOOK)
    assert phone.texts == [f"xmpp{JOINER}:bot@home.test?message;body=x"]


async def test_an_app_replaces_what_has_the_same_tag_and_opens_the_page(hass: HomeAssistant) -> None:
    phone = Phone().register(hass, "mobile_app_phone")
    await tell(hass, PHONE, push=Push("Freezer", "freezer-1", url="/lovelace/cold"))
    assert phone.told[0]["data"] == {
        "group": "bot",
        "tag": "freezer-1",
        "url": "/lovelace/cold",
        "clickAction": "/lovelace/cold",
        "priority": "high",
    }


@pytest.mark.parametrize("sound", [True, False])
async def test_a_critical_one_rings_through_do_not_disturb_on_both_systems(
    hass: HomeAssistant, sound: bool
) -> None:
    phone = Phone().register(hass, "mobile_app_phone")
    await tell(hass, PHONE, Priority.CRITICAL, Push("Leak", "leak", sound))
    assert phone.told[0]["data"] == {
        "group": "bot",
        "tag": "leak",
        "push": {
            "sound": {"name": "default", "critical": 1, "volume": 1.0},
            "interruption-level": "critical",
        },
        "priority": "high",
        "channel": "alarm_stream",
        "importance": "high",
    }


async def test_one_without_sound_is_silent_on_both_systems(hass: HomeAssistant) -> None:
    phone = Phone().register(hass, "mobile_app_phone")
    await tell(hass, PHONE, push=Push("Freezer", "", sound=False))
    assert phone.told[0]["data"] == {
        "group": "bot",
        "push": {"sound": "none", "interruption-level": "passive"},
        "channel": "Alerts without sound",
        "importance": "low",
    }


async def test_the_entity_of_an_app_is_told_by_its_action(hass: HomeAssistant) -> None:
    """Entities take no tag and no critical sound."""
    phone = Phone().register(hass, "mobile_app_my_phone")
    entity_id = app_entity(hass, "pocket", "My Phone")
    await tell(hass, entity_id, Priority.CRITICAL)
    assert phone.told[0]["data"]["push"]["sound"]["critical"] == 1


async def test_an_app_without_an_action_of_its_own_is_told_by_its_entity(hass: HomeAssistant) -> None:
    entity_id = app_entity(hass, "pocket", "My Phone")
    assert await refused(hass, entity_id) == "target_unavailable"


async def test_two_phones_of_one_name_are_not_taken_for_each_other(hass: HomeAssistant) -> None:
    phone = Phone().register(hass, "mobile_app_my_phone")
    app_entity(hass, "hers", "My Phone")
    assert await refused(hass, app_entity(hass, "his", "My Phone")) == "target_unavailable"
    assert phone.told == []


async def test_a_notification_in_home_assistant_is_replaced_by_its_tag(hass: HomeAssistant) -> None:
    await board(hass)
    to = "notify.persistent_notification"
    await tell(hass, to)
    await tell(hass, to, push=Push("Freezer is cold again", "freezer-1"))
    await tell(hass, to, push=Push("Other", ""))
    shown = hass.data["persistent_notification"]
    assert shown["freezer-1"]["title"] == "Freezer is cold again"
    assert len(shown) == 2


async def test_a_missing_target_is_not_taken_for_told(hass: HomeAssistant) -> None:
    assert await refused(hass, "notify.nobody") == "target_missing"


async def test_what_an_action_refuses_is_passed_on(hass: HomeAssistant) -> None:
    Phone(broken=vol.Invalid("too long")).register(hass, "mail")
    with pytest.raises(vol.Invalid, match="too long"):
        await tell(hass, "notify.mail")


async def test_what_the_apps_cloud_refuses_is_not_taken_for_told(hass: HomeAssistant) -> None:
    """Its action writes the refusal into the log and raises nothing."""
    phone = Phone(failures=[RuntimeError("rate limit")], logs_only=True).register(hass, "mobile_app_phone")
    with pytest.raises(HomeAssistantError, match="rate limit"):
        await tell(hass, PHONE)
    await tell(hass, PHONE)
    assert len(phone.told) == 1
    assert APP_LOGGER.filters == []


async def test_the_mobile_app_itself_is_understood(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own action, against a cloud that fails and then works."""
    # Its package imports the camera's, which wants a library that no part of this needs.
    monkeypatch.setitem(sys.modules, "turbojpeg", MagicMock())
    app = await hass.async_add_executor_job(import_module, "homeassistant.components.mobile_app.notify")
    cloud = "https://push.test/send"
    phone = {
        "app_data": {"push_url": cloud, "push_token": "token"},
        "app_id": "app",
        "app_version": "1",
        "device_name": "Phone",
        "manufacturer": "Google",
        "webhook_id": "hook",
    }
    entry = MockConfigEntry(domain="mobile_app", title="Phone", data=phone)
    hass.data["mobile_app"] = {"config_entries": {"hook": entry}, "push_channel": {}}
    service = app.MobileAppNotificationService()
    await service.async_setup(hass, "notify", "mobile_app")
    await service.async_register_services()
    aioclient_mock.post(cloud, status=500, json={"message": "down"})
    with pytest.raises(HomeAssistantError):
        await tell(hass, PHONE)
    aioclient_mock.clear_requests()
    aioclient_mock.post(cloud, status=201, json={})
    await tell(hass, PHONE)
    sent = aioclient_mock.mock_calls[0][2]
    assert (sent["message"], sent["title"]) == ("Freezer is warm", "Freezer")
    assert sent["data"]["tag"] == "freezer-1"


async def test_what_another_call_logs_is_not_taken_for_a_refusal(hass: HomeAssistant) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_call: object) -> None:
        asked.set()
        await go_on.wait()

    hass.services.async_register("notify", "mobile_app_slow", slow)
    work = asyncio.create_task(tell(hass, "notify.mobile_app_slow"))
    await asked.wait()
    APP_LOGGER.error("Somebody else's push failed")
    go_on.set()
    await work


async def test_a_target_that_does_not_answer_is_not_waited_for_for_ever(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "ANSWER_SECONDS", 0.01)

    async def hang(_call: object) -> None:
        await asyncio.Event().wait()

    hass.services.async_register("notify", "slow", hang)
    assert await refused(hass, "notify.slow") == "target_timeout"


async def test_the_choices_are_entities_and_actions_by_name(hass: HomeAssistant) -> None:
    await board(hass)
    Phone().register(hass, "mobile_app_phone")
    Phone().register(hass, "notify")
    own = app_entity(hass, "own", "Own")
    hass.states.async_set(own, "unknown")
    assert [choice["value"] for choice in async_choices(hass)] == [
        "notify.board",
        "notify.mobile_app_phone",
        "notify.persistent_notification",
        "notify.own",
    ]
