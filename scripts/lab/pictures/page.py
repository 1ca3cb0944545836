"""Home Assistant's pages in a browser: the integration, a set-up step, an alert's form, Assist."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import io
import json
from typing import Any

from PIL import Image

from ..browser import Browser
from ..configuration import DOMAIN, REPOSITORY
from ..stage import Stage
from .screen import NotStillError

WIDE, NARROW = 1280, 390
_STILL_SECONDS = 1.0
_PATIENCE_SECONDS = 120.0
_PAGE = f"/config/integrations/integration/{DOMAIN}"


class Pages:
    """The pages of one Home Assistant in one language, on a phone or on a desktop."""

    def __init__(self, stage: Stage, language: str, *, width: int) -> None:
        """`width` is that of the window."""
        self._stage = stage
        self._language = language
        self._width = width
        file = REPOSITORY / "custom_components" / DOMAIN / "translations" / f"{language}.json"
        self._texts: dict[str, Any] = json.loads(file.read_text("utf-8"))

    async def integration(self) -> Image.Image:
        """Show what there is of the bot: contacts, topics, alerts."""
        async with self._browser() as browser:
            await browser.go(_PAGE)
            await browser.page.get_by_text(f"☎ {self._stage.your_jid}").first.wait_for()
            return await _still(browser)

    async def setup(self) -> Image.Image:
        """Show the step that asks for the bot's account."""
        steps = self._texts["config"]["step"]
        async with self._browser() as browser:
            await browser.search()
            await browser.find("xmpp", "DinoX")
            await browser.take("DinoX")
            await browser.choose(steps["user"]["menu_options"]["standalone"])
            await browser.fill("host", f"127.0.0.1:{self._stage.mqtt_port}")
            await browser.submit()
            await browser.says(steps["xmpp"]["title"])
            await browser.fill("jid", "mqttbot@example.org")
            await browser.fill("xmpp_password", "not shown")
            return await _still(browser)

    async def alert(self) -> Image.Image:
        """Show the form of a new alert."""
        alert = self._texts["config_subentries"]["alert"]
        async with self._browser() as browser:
            await browser.go(_PAGE)
            await browser.click(browser.page.get_by_text(alert["initiate_flow"]["user"], exact=True).first)
            await browser.says(alert["step"]["user"]["title"])
            return await _still(browser)

    async def assist(self, line: str, answer: str) -> Image.Image:
        """Show the bot's answer in Assist."""
        await self._speak_in_assist()
        async with self._browser() as browser:
            # What leads on to this page, as `/home` does, closes the dialog again if it comes to that later.
            await browser.go("/home/overview?conversation=1")
            chat = browser.page.locator("ha-assist-chat")
            await chat.locator("input, textarea").first.fill(line)
            await browser.page.keyboard.press("Enter")
            await chat.get_by_text(answer).last.wait_for()
            return await _still(browser)

    async def _speak_in_assist(self) -> None:
        """Let Assist ask the bot."""
        api = self._stage.hass.api
        none = ("stt_engine", "stt_language", "tts_engine", "tts_language", "tts_voice", "wake_word_entity")
        made = await api.ask(
            type="assist_pipeline/pipeline/create",
            name="MQTT Bot",
            language=self._language,
            conversation_engine=await self._stage.hass.entity("conversation", "conversation"),
            conversation_language=self._language,
            wake_word_id=None,
            **dict.fromkeys(none),
        )
        await api.ask(type="assist_pipeline/pipeline/set_preferred", pipeline_id=made["id"])

    @asynccontextmanager
    async def _browser(self) -> AsyncIterator[Browser]:
        hass = self._stage.hass
        async with Browser(hass.url, hass.api.token, language=self._language, width=self._width) as browser:
            yield browser


async def _still(browser: Browser) -> Image.Image:
    """Return the page once nothing moves there any more. Raises NotStillError."""
    before, since = b"", asyncio.get_running_loop().time()
    end = since + _PATIENCE_SECONDS
    while (now := asyncio.get_running_loop().time()) < end:
        picture = await browser.page.screenshot(caret="hide")
        if picture != before:
            before, since = picture, now
        elif now - since > _STILL_SECONDS:
            return Image.open(io.BytesIO(picture))
    raise NotStillError("the page did not come to rest")
