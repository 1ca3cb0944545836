"""Converse.js in a real Chromium, on a page of its own: its list of commands, their forms, what they tell."""

import contextlib
import json
from pathlib import Path
from typing import Self, override

from aiohttp import web
from playwright.async_api import Locator, Page, async_playwright

from .ports import LOOPBACK, free_ports
from .server import ServerMissingError, program

FOLDER = Path(__file__).resolve().parents[2] / ".servers" / "converse"
PROSODY = {"extra_modules": ("websocket",), "extra_global": "consider_websocket_secure = true"}
"""What a server needs that it is to log in to."""
PATIENCE = 60_000
"""Milliseconds: a machine that is busy with other tests is slow."""
_PAGE = """<!doctype html>
<meta charset="utf-8"><title>Converse</title>
<link rel="stylesheet" href="/files/converse.min.css">
<body class="converse-fullscreen"><div id="conversejs-bg"></div>
<script type="module">
import "/files/converse.min.js";
converse.initialize({settings});
</script>
"""


def missing() -> str:
    """Return what has to be installed first; empty if nothing has."""
    if not (FOLDER / "converse.min.js").is_file():
        return "Converse.js is missing; scripts/setup --servers fetches it"
    try:
        program("chromium")
    except ServerMissingError as error:
        return str(error)
    return ""


class Converse(contextlib.AsyncExitStack):
    """One window, logged in. Pictures are taken where there is a folder for them."""

    page: Page

    def __init__(self, jid: str, password: str, http: int, *, pictures: Path | None = None) -> None:
        """Nothing starts before the `async with` block is entered; `http` is the port of the server."""
        super().__init__()
        self._pictures = pictures
        self._settings = {
            "jid": jid,
            "password": password,
            "authentication": "login",
            "auto_login": True,
            "websocket_url": f"ws://{LOOPBACK}:{http}/xmpp-websocket",
            "discover_connection_methods": False,
            "assets_path": "/files/",
            "view_mode": "fullscreen",
            "theme": "default",
            "i18n": "en",
            "clear_cache_on_logout": False,
            "prune_messages_above": 0,
        }

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        address = await self._serve()
        playwright = await self.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        self.push_async_callback(browser.close)
        self.page = await browser.new_page(viewport={"width": 1100, "height": 1400}, locale="en")
        self.page.set_default_timeout(PATIENCE)
        await self.page.goto(address)
        await self.page.locator("a.show-client-info").wait_for()
        return self

    async def list(self, jid: str) -> None:
        """List the commands of somebody, by full JID."""
        await self.page.locator("a.show-client-info").click()
        await self.page.get_by_text("Commands", exact=True).click()
        await self.commands.locator("input[name=jid]").fill(jid)
        await self.commands.locator("input[type=submit]").click()
        await self.commands.get_by_text("Commands found").wait_for()

    async def open(self, node: str) -> Locator:
        """Begin a command, and return its form."""
        await self.commands.locator(f"a[data-command-node={node}]").click()
        form = self._form
        await form.locator(f"input[name=command_node][value={node}]").wait_for(state="attached")
        return form

    async def press(self, action: str) -> None:
        """Press a button of the form."""
        await self._form.locator(f"input[data-action={action}]").click()

    @property
    def _form(self) -> Locator:
        return self.commands.locator("li span > form.converse-form")

    async def _serve(self) -> str:
        """Serve the page, and return where it is."""
        text = _PAGE.replace("{settings}", json.dumps(self._settings))

        async def page(_: web.Request) -> web.Response:
            return web.Response(text=text, content_type="text/html")

        app = web.Application()
        app.router.add_get("/", page)
        app.router.add_static("/files", FOLDER)
        runner = web.AppRunner(app)
        await runner.setup()
        self.push_async_callback(runner.cleanup)
        port = free_ports(["page"])["page"]
        await web.TCPSite(runner, LOOPBACK, port).start()
        return f"http://{LOOPBACK}:{port}/"

    @property
    def commands(self) -> Locator:
        """The list of commands, with the form of the one that is open."""
        return self.page.locator("converse-adhoc-commands")

    async def picture(self, name: str) -> None:
        """Take a picture, if there is a folder for it."""
        if self._pictures is not None:
            await self.page.screenshot(path=self._pictures / f"{name}.png")
