"""The set-up in a real browser, from the search to the first value, with all that goes wrong on the way."""

from collections.abc import AsyncIterator
import json
from pathlib import Path
import re
from typing import Any
from xml.etree import ElementTree as ET

import aiomqtt
import pytest

from custom_components import dinox_mqtt_bot
from lab.browser import Browser, Effort
from lab.flows import Account, broker_answer
from lab.hass import Hass
from lab.person import Person
from lab.prosody import Prosody
from lab.server import LOOPBACK, Server
from lab.servers import Lab, free_ports

NAME = "DinoX"
USERS = {"you": "you-secret", "wide": "bot-secret", "narrow": "bot-secret", "simple": "bot-secret"}
# What only a programmer says.
JARGON = re.compile(r"errno|_ssl\.c|\[SSL|Traceback|\{[a-z_]+\}", re.IGNORECASE)


class Page:
    """The texts of a language, and the servers."""

    def __init__(self, language: str, lab: Lab, xmpp: Prosody) -> None:
        path = Path(dinox_mqtt_bot.__file__).parent / "translations" / f"{language}.json"
        self.texts: dict[str, Any] = json.loads(path.read_text("utf-8"))
        self.config = self.texts["config"]
        self.advanced = self.config["step"]["xmpp"]["sections"]["advanced"]["name"]
        self.server = f"{LOOPBACK}:{xmpp.ports['c2s']}"
        self.ca = lab.ca.read_text("ascii")

    def error(self, key: str, **placeholders: object) -> str:
        text = self.config["error"][key]
        for name, value in placeholders.items():
            text = text.replace(f"{{{name}}}", str(value))
        return str(text)

    def source(self, mode: str) -> str:
        return str(self.config["step"]["user"]["menu_options"][mode])


@pytest.fixture(scope="session")
def locked(lab: Lab) -> Server:
    return lab.mosquitto(auth={"house": "secret"})


@pytest.fixture(scope="session")
def secured(lab: Lab) -> Server:
    return lab.mosquitto(tls=True)


@pytest.fixture(scope="session")
def chat(lab: Lab) -> Prosody:
    return lab.prosody(users=USERS, tls_required=True)


@pytest.fixture(scope="session")
def inviting(lab: Lab) -> Prosody:
    """A Prosody as Debian has it, that makes accounts for whoever has an invitation."""
    modules = ("invites", "invites_register", "invites_adhoc")
    return lab.prosody(
        users={"you": USERS["you"], "admin": "admin-secret"}, tls_required=True, extra_modules=modules
    )


async def invite(person: Person) -> str:
    """Have the server make an invitation, as Gajim and Dino do (XEP-0401 §3), and return its link."""
    command, field = "{http://jabber.org/protocol/commands}command", "{jabber:x:data}field"
    request = person.client.make_iq_set(ito="home.test")
    request.append(ET.Element(command, node="urn:xmpp:invite#create-account", action="execute"))
    form = (await request.send(timeout=30)).xml
    return next(each.findtext("{*}value") or "" for each in form.iter(field) if each.get("var") == "uri")


@pytest.fixture(scope="session")
async def home(tmp_path_factory: pytest.TempPathFactory, mqtt: Server) -> AsyncIterator[Hass]:
    """Home Assistant with its own MQTT integration."""
    async with Hass(Path(tmp_path_factory.mktemp("page"))) as hass:
        await hass.add_mqtt(mqtt.ports["mqtt"])
        yield hass


@pytest.fixture(scope="session")
def mqtt(lab: Lab) -> Server:
    return lab.mosquitto()


async def refused(browser: Browser, text: str, picture: str) -> None:
    """Send the form, and see what is wrong in plain words."""
    await browser.submit()
    await browser.says(text)
    assert not JARGON.search(await browser.text())
    await browser.picture(picture)


async def topic(browser: Browser, text: str) -> None:
    """Add a row to the topics, and fill it."""
    await browser.click(browser.dialog.locator("ha-input-multi ha-button").last)
    await browser.dialog.locator("ha-input-multi input").last.fill(text)
    browser.effort.fields += 1


async def the_broker(browser: Browser, page: Page, locked: Server, secured: Server) -> None:
    """Name a broker, after all that can be wrong with it."""
    await browser.fill("host", "http://broker")
    await refused(browser, page.error("invalid_host"), "broker-no-host")
    await browser.fill("host", "nosuch.invalid")
    await refused(browser, page.error("unknown_host", host="nosuch.invalid"), "broker-unknown")
    await browser.fill("host", page.server)
    await refused(browser, page.error("not_mqtt"), "broker-not-mqtt")
    await browser.fill("host", f"mqtt://{LOOPBACK}:{secured.ports['mqtt']}")
    await refused(browser, page.error("tls_expected"), "broker-plain")
    closed = free_ports(["closed"])["closed"]
    await browser.fill("host", f"{LOOPBACK}:{closed}")
    await refused(browser, page.error("refused", host=LOOPBACK, port=closed), "broker-refused")
    port = locked.ports["mqtt"]
    await browser.fill("host", f"mqtt://{LOOPBACK}:{port}")
    await refused(browser, page.error("login_missing"), "broker-login")
    assert await browser.dialog.locator("input[name=host]").input_value() == LOOPBACK
    await browser.fill("username", "house")
    await browser.fill("password", "wrong")
    await refused(browser, page.error("invalid_auth"), "broker-password")
    await browser.fill("host", f"mqtts://{LOOPBACK}:{secured.ports['mqtt']}")
    await refused(browser, page.error("tls_unknown_authority"), "broker-certificate")
    await browser.dialog.locator("textarea[name=ca]").wait_for()  # Certificates is open: it is about that
    await browser.fill("host", f"{LOOPBACK}:{port}")
    await browser.fill("password", "secret")
    await refused(browser, page.error("tls_unexpected"), "broker-tls")
    await browser.select(0, page.texts["selector"]["tls"]["options"]["off"])
    await browser.submit()


async def the_account(browser: Browser, page: Page, name: str) -> None:
    """Name an account, after all that can be wrong with it."""
    await browser.fill("jid", name)
    await refused(browser, page.error("invalid_jid"), "account-no-address")
    await browser.fill("jid", f"{name}@home.test")
    await refused(browser, page.error("password_missing"), "account-no-password")
    await browser.fill("xmpp_password", "wrong")
    await refused(browser, page.error("xmpp_unknown_host", host="home.test"), "account-unknown")
    closed = free_ports(["closed"])["closed"]
    await browser.fill("xmpp_host", f"{LOOPBACK}:{closed}")  # Advanced is open: it is about that
    await refused(browser, page.error("xmpp_cannot_connect", host=LOOPBACK), "account-refused")
    await browser.fill("xmpp_host", page.server)  # and stays open: it holds something
    await refused(browser, page.error("xmpp_tls_unknown_authority", host=LOOPBACK), "account-certificate")
    await browser.fill("xmpp_ca", page.ca)
    await refused(browser, page.error("xmpp_invalid_auth"), "account-password")
    await browser.fill("invitation", "something")
    await refused(browser, page.error("invitation_unreadable"), "account-invitation")
    await browser.fill("invitation", "")
    await browser.fill("xmpp_password", USERS[name])
    await browser.submit()


async def the_rest(browser: Browser, page: Page, bot: str) -> None:
    """Go from the contact to the end."""
    await browser.fill("contact", "nobody@home.test")
    await refused(browser, page.error("contact_returned"), "contact-returned")
    await browser.fill("contact", "nobody@nosuch.invalid")
    await refused(browser, page.error("contact_unreachable"), "contact-unreachable")
    await browser.fill("contact", "you@home.test")
    await topic(browser, "")
    await refused(browser, page.error("nothing_to_tell"), "nothing-to-tell")
    await browser.dialog.locator("ha-input-multi input").last.fill(f"{bot}/#/x")
    await refused(browser, page.error("invalid_filter", filter=f"{bot}/#/x"), "no-filter")
    await browser.dialog.locator("ha-input-multi input").last.fill(f"{bot}/#")
    await browser.submit()
    await finish(browser, page, bot)


async def finish(browser: Browser, page: Page, bot: str) -> None:
    """Leave what is told as it is, and scan nothing."""
    await browser.says(page.config["step"]["tell"]["title"])
    await browser.says(page.texts["selector"]["tell"]["options"]["changes"])
    await browser.picture("tell")
    await browser.submit()
    await browser.dialog.locator("ha-qr-code canvas").wait_for()
    await browser.picture("scan")
    await browser.submit()
    await browser.says(page.config["create_entry"]["default"].split("`", maxsplit=1)[0].strip())
    await browser.picture("created")


async def first_value(mqtt: Server, you: Person, bot: str) -> None:
    """Wait until a value is in the chat."""
    async with aiomqtt.Client(LOOPBACK, mqtt.ports["mqtt"], **login(mqtt)) as client:
        await client.publish(f"{bot}/freezer", "-18.5", qos=1, retain=True)
    await you.next("18", sender=f"{bot}@home.test")


def login(broker: Server) -> dict[str, str]:
    named = "password_file" in (broker.directory / "mosquitto.conf").read_text()
    return {"username": "house", "password": "secret"} if named else {}


@pytest.mark.parametrize(("language", "width", "bot"), [("en", 1280, "wide"), ("de", 390, "narrow")])
async def test_a_bot_is_set_up_in_the_page_whatever_is_typed_wrongly(
    lab: Lab, home: Hass, chat: Prosody, locked: Server, secured: Server, language: str, width: int, bot: str
) -> None:
    page = Page(language, lab, chat)
    you = Person("you@home.test", USERS["you"], chat.ports["c2s"], lab.client_ssl())
    async with you, Browser(home.url, home.api.token, language=language, width=width) as browser:
        await browser.search()
        for word in ("xmpp", "chat", "mqtt", "jabber"):
            await browser.find(word, NAME)
        await browser.take(NAME)
        await browser.says(page.source("home_assistant"))
        await browser.picture("menu")
        await browser.choose(page.source("standalone"))
        await the_broker(browser, page, locked, secured)
        await browser.says(page.config["step"]["xmpp"]["title"])
        await the_account(browser, page, bot)
        await browser.says(page.config["step"]["rules"]["title"])
        await the_rest(browser, page, bot)
        await first_value(locked, you, bot)


async def test_the_simplest_way_takes_nine_clicks_and_five_fields(
    lab: Lab, home: Hass, chat: Prosody, mqtt: Server
) -> None:
    page = Page("en", lab, chat)
    you = Person("you@home.test", USERS["you"], chat.ports["c2s"], lab.client_ssl())
    async with you, Browser(home.url, home.api.token, width=390) as browser:
        await browser.search()
        await browser.find("xmpp", NAME)
        await browser.take(NAME)
        await browser.choose(page.source("home_assistant"))
        await browser.fill("jid", "simple@home.test")
        await browser.fill("xmpp_password", USERS["simple"])
        # Only here: no other server is on a port of its own, with an authority of its own.
        await browser.click(browser.dialog.get_by_text(page.advanced))
        await browser.fill("xmpp_host", page.server)
        await browser.fill("xmpp_ca", page.ca)
        extra = Effort(clicks=1, fields=2)
        await browser.submit()
        await browser.fill("contact", "you@home.test")
        await topic(browser, "simple/#")
        await browser.submit()
        await finish(browser, page, "simple")
        await browser.submit()  # leave the area empty
        await first_value(mqtt, you, "simple")
        effort = browser.effort.clicks - extra.clicks, browser.effort.fields - extra.fields
        assert effort == (9, 5)

        await browser.go("/config/integrations/integration/dinox_mqtt_bot")
        await browser.page.get_by_text("☎ you@home.test (admin)").first.wait_for()
        await browser.page.get_by_text("simple/#").first.wait_for()
        await browser.picture("integration")


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("de", 390)])
async def test_what_another_bot_has_already_is_said_and_nothing_typed_is_lost(
    lab: Lab, home: Hass, chat: Prosody, mqtt: Server, language: str, width: int
) -> None:
    page = Page(language, lab, chat)
    name, port = f"taken{language}", mqtt.ports["mqtt"]
    chat.account(name, "bot-secret")
    account = Account(f"{name}@home.test", "bot-secret", chat.ports["c2s"], lab.ca)
    await home.add_bot(broker_answer(port), account, "you@home.test", [f"{name}/#"])
    await home.add_bot(broker_answer(port), None, topics=[f"{name}/alone"])
    async with Browser(home.url, home.api.token, language=language, width=width) as browser:
        await browser.search()
        await browser.find("xmpp", NAME)
        await browser.take(NAME)
        await browser.choose(page.source("standalone"))
        await browser.fill("host", f"{LOOPBACK}:{port}")
        await browser.submit()
        await browser.says(page.config["step"]["xmpp"]["title"])
        await browser.fill("jid", account.jid)
        await browser.fill("xmpp_password", "bot-secret")
        taken = page.error("jid_in_use").partition("{bot}")[2]
        await refused(browser, taken, "account-in-use")
        await browser.fill("jid", "")
        await browser.fill("xmpp_password", "")
        await browser.submit()
        await browser.says(page.config["step"]["rules"]["title"])
        await topic(browser, f"{name}/alone")
        await refused(browser, page.error("already_configured").partition("{bot}")[2], "same-broker")
        assert await browser.dialog.locator("ha-input-multi input").last.input_value() == f"{name}/alone"


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("de", 390)])
async def test_with_an_invitation_the_bot_makes_its_own_account(
    lab: Lab, home: Hass, inviting: Prosody, mqtt: Server, language: str, width: int
) -> None:
    page, bot = Page(language, lab, inviting), f"invited{language}"
    you = Person("you@home.test", USERS["you"], inviting.ports["c2s"], lab.client_ssl())
    admin = Person("admin@home.test", "admin-secret", inviting.ports["c2s"], lab.client_ssl())
    async with admin:
        link = await invite(admin)
    async with you, Browser(home.url, home.api.token, language=language, width=width) as browser:
        await browser.search()
        await browser.find("xmpp", NAME)
        await browser.take(NAME)
        await browser.choose(page.source("standalone"))
        await browser.fill("host", f"{LOOPBACK}:{mqtt.ports['mqtt']}")
        await browser.submit()
        await browser.says(page.config["step"]["xmpp"]["title"])
        await browser.click(browser.dialog.get_by_text(page.advanced))
        await browser.fill("xmpp_host", page.server)
        await browser.fill("xmpp_ca", page.ca)
        await browser.fill("invitation", f"{link[:-4]}zzzz")
        await refused(browser, page.error("invitation_spent"), "invitation-spent")
        await browser.fill("jid", f"{bot}@home.test")
        await browser.fill("invitation", link)
        await browser.picture("invitation")
        await browser.submit()
        await browser.says(page.config["step"]["rules"]["title"])
        await browser.fill("contact", "you@home.test")
        await topic(browser, f"{bot}/#")
        await browser.submit()
        await finish(browser, page, bot)
        await browser.submit()
        await first_value(mqtt, you, bot)
