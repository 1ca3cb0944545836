"""Home Assistant's page in a real Chromium, used as a person uses it; clicks and fields are counted."""

import contextlib
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Self, override

from playwright.async_api import Locator, Page, async_playwright

from .server import program

PATIENCE = 180_000
"""Milliseconds: a machine that is busy with other tests is slow."""


@dataclass
class Effort:
    """What a person has done so far."""

    clicks: int = 0
    fields: int = 0


class Browser(contextlib.AsyncExitStack):
    """One window, logged in with a long-lived token. Pictures are taken where there is a folder for them."""

    page: Page

    def __init__(
        self, url: str, token: str, *, language: str = "en", width: int = 1280, pictures: Path | None = None
    ) -> None:
        """Nothing starts before the `async with` block is entered."""
        super().__init__()
        self.effort = Effort()
        self._url, self._token = url, token
        self._language, self._width, self._pictures = language, width, pictures

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        playwright = await self.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        self.push_async_callback(browser.close)
        context = await browser.new_context(
            viewport={"width": self._width, "height": 900}, locale=self._language, service_workers="block"
        )
        login = {
            "access_token": self._token,
            "token_type": "Bearer",
            "hassUrl": self._url,
            "clientId": f"{self._url}/",
            "expires": 4_000_000_000_000,
            "expires_in": 315_360_000,
            "refresh_token": "",
        }
        stored = {"hassTokens": json.dumps(login), "selectedLanguage": json.dumps(self._language)}
        await context.add_init_script(f"Object.assign(localStorage, {json.dumps(stored)})")
        self.page = await context.new_page()
        self.page.set_default_timeout(PATIENCE)
        return self

    @property
    def dialog(self) -> Locator:
        """The dialog of a flow."""
        return self.page.locator("dialog-data-entry-flow")

    async def go(self, path: str) -> None:
        """Open a page."""
        await self.page.goto(f"{self._url}{path}", wait_until="domcontentloaded")

    async def click(self, target: Locator) -> None:
        """Click once there is something to click."""
        await target.click()
        self.effort.clicks += 1

    async def fill(self, name: str, text: str) -> None:
        """Type into the field of a form."""
        await self.dialog.locator(f"input[name={name}], textarea[name={name}]").fill(text)
        self.effort.fields += 1

    async def search(self) -> None:
        """Open what can be added."""
        await self.go("/config/integrations/dashboard")
        await self.click(self.page.locator("ha-config-integrations-dashboard ha-button[slot=fab]"))

    async def find(self, word: str, name: str) -> None:
        """Search for a word, and wait until an integration is found."""
        await self.page.locator("dialog-add-integration ha-input-search input").fill(word)
        self.effort.fields += 1
        await self._row(name).wait_for()

    async def take(self, name: str) -> None:
        """Begin to add what was found."""
        await self.click(self._row(name))

    def _row(self, name: str) -> Locator:
        return self.page.locator("dialog-add-integration ha-integration-list-item", has_text=name).first

    async def choose(self, text: str) -> None:
        """Choose from a menu."""
        await self.click(self.dialog.get_by_text(text, exact=True))

    async def select(self, nth: int, text: str) -> None:
        """Choose another value of one of the lists."""
        await self.click(self.dialog.locator("ha-select").nth(nth))
        await self.click(self.dialog.locator("ha-dropdown-item", has_text=text).first)

    async def submit(self) -> None:
        """Send the form."""
        await self.click(self.dialog.locator("ha-dialog-footer ha-button").last)

    async def says(self, text: str) -> None:
        """Wait until the dialog says something."""
        await self.dialog.get_by_text(text).first.wait_for()

    async def text(self) -> str:
        """Return all that the dialog says."""
        return "\n".join(await self.dialog.locator("step-flow-form, step-flow-menu").all_inner_texts())

    async def picture(self, name: str) -> None:
        """Take a picture, if there is a folder for it."""
        if self._pictures is not None:
            await self.page.screenshot(path=self._pictures / f"{name}-{self._language}-{self._width}.png")
