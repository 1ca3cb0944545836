"""What the buttons of a phone's notification do, and for whom."""

from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.core import Context, HomeAssistant
from notifications import PHONE, Phone
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from running import NO_ACCOUNT, alerts, bot_entry, contacts, running, standalone, until

from custom_components.dinox_mqtt_bot.bot.model.message import Message
from custom_components.dinox_mqtt_bot.bot.model.rules import AlertRule, Condition, Contact, Operator, Role
from custom_components.dinox_mqtt_bot.runtime.runtime import BotRuntime

WARM = AlertRule("cold/freezer", Condition(Operator.ABOVE, ("-15",)), name="Freezer")
# No broker is needed for what happens after a message has come in.
DATA: dict[str, Any] = {**standalone(1), **NO_ACCOUNT}
TELLS = {"notify_targets": [PHONE]}


@pytest.fixture
def phone(hass: HomeAssistant) -> Phone:
    return Phone().register(hass, "mobile_app_phone")


async def warm(bot: BotRuntime, phone: Phone) -> list[str]:
    """Have the freezer get warm; return the actions of the buttons that the phone shows."""
    bot.bot.receive(Message("cold/freezer", b"-3 \xc2\xb0C", received=1.0))
    await until(lambda: phone.told)
    return [each["action"] for each in phone.told[0]["data"]["actions"]]


async def user(hass: HomeAssistant, group: str) -> MockUser:
    return MockUser(name="Ann", groups=[await hass.auth.async_get_group(group)]).add_to_hass(hass)


def press(hass: HomeAssistant, action: str, by: MockUser | None, **more: object) -> None:
    """Fire what the mobile app fires when a button is pressed."""
    context = Context(user_id=by.id if by else None)
    hass.bus.async_fire("mobile_app_notification_action", {"action": action, **more}, context=context)


async def test_a_phone_offers_what_may_be_done_until_it_is_done(hass: HomeAssistant, phone: Phone) -> None:
    ann = await user(hass, GROUP_ID_USER)
    async with running(hass, bot_entry(DATA, alerts(WARM), TELLS), None) as bot:
        actions = await warm(bot, phone)
        shown = phone.told[0]["data"]["actions"]
        assert [each["title"] for each in shown] == ["I see to it", "1 hour", "Reply", "Mute"]
        assert [each["authenticationRequired"] for each in shown] == [False, False, True, True]
        assert [each.get("behavior") for each in shown] == [None, None, "textInput", None]
        press(hass, actions[0], ann)
        await until(lambda: len(phone.told) == 2)
        assert phone.told[1]["data"]["tag"] == phone.told[0]["data"]["tag"]
        assert "actions" not in phone.told[1]["data"]
        assert phone.told[1]["data"]["push"]["sound"] == "none"
        assert "Ann has acknowledged" in phone.told[1]["message"]
        (alert,) = bot.bot.alerts.active
        assert alert.acknowledged_by == "Ann"


async def test_a_user_who_is_a_contact_acts_as_that_contact(hass: HomeAssistant, phone: Phone) -> None:
    """Also where Home Assistant would let the user do less, or more."""
    ann = await user(hass, GROUP_ID_READ_ONLY)
    people = contacts(Contact("ann@home.test", role=Role.OPERATOR, user=ann.id))
    async with running(hass, bot_entry(DATA, alerts(WARM) + people, TELLS), None) as bot:
        actions = await warm(bot, phone)
        press(hass, actions[2], ann, reply_text="on my way")
        await until(lambda: bot.bot.alerts.active[0].acknowledged)
        (alert,) = bot.bot.alerts.active
        assert (alert.acknowledged_by, alert.note) == ("ann@home.test", "on my way")


@pytest.mark.parametrize("group", [GROUP_ID_READ_ONLY, ""])
async def test_who_may_only_look_is_told_so(hass: HomeAssistant, phone: Phone, group: str) -> None:
    by = await user(hass, group) if group else None
    async with running(hass, bot_entry(DATA, alerts(WARM), TELLS), None) as bot:
        actions = await warm(bot, phone)
        press(hass, actions[1], by)
        await until(lambda: len(phone.told) == 2)
        assert "operator" in phone.told[1]["message"]
        assert bot.bot.alerts.active[0].snoozed_until == 0


async def test_what_is_not_for_this_bot_does_nothing(hass: HomeAssistant, phone: Phone) -> None:
    ann = await user(hass, GROUP_ID_USER)
    async with running(hass, bot_entry(DATA, alerts(WARM), TELLS), None) as bot:
        ack, *_, reply, mute = await warm(bot, phone)
        for action in ("", "URI", "OPEN_DOOR", ack.replace(bot.entry.entry_id, "other"), f"{ack[:-40]}|x|y"):
            press(hass, action, ann)
        hass.bus.async_fire("mobile_app_notification_action", {"action": None})
        hass.bus.async_fire("mobile_app_notification_action", {})
        press(hass, reply, ann)
        press(hass, reply, ann, reply_text="  ")
        press(hass, mute, ann, reply_text="what nobody asked for")
        await until(lambda: list(bot.bot.alerts.mutes))
        await hass.async_block_till_done()
        (alert,) = bot.bot.alerts.active
        assert (alert.acknowledged, alert.snoozed_until) == (False, 0)


async def test_a_bot_that_ended_hears_no_button(hass: HomeAssistant, phone: Phone) -> None:
    async with running(hass, bot_entry(DATA, alerts(WARM), TELLS), None) as bot:
        actions = await warm(bot, phone)
    assert hass.bus.async_listeners().get("mobile_app_notification_action", 0) == 0
    press(hass, actions[0], None)
    await hass.async_block_till_done()
    assert len(phone.told) == 1
