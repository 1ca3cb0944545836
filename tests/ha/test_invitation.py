"""An invitation instead of an account: the bot registers itself at a real Prosody of Debian."""

from collections.abc import AsyncGenerator, Generator
from typing import Any
from xml.etree import ElementTree as ET

from flows import answer, asked, begin, broker_answers, suggested
from homeassistant.core import HomeAssistant
import pytest
import pytest_socket
from running import ALICE, LOOPBACK, USERS

from custom_components.dinox_mqtt_bot.bot.model.replies import BotError
from custom_components.dinox_mqtt_bot.probing.invitation import Invitation, async_read_invitation, read_link
from lab.person import Person
from lab.servers import Lab, Prosody, Server

pytestmark = pytest.mark.usefixtures("no_bot")

MODULES = ("invites", "invites_register", "invites_adhoc", "invites_page", "register_apps")
COMMAND = "{http://jabber.org/protocol/commands}command"
FORM = "{jabber:x:data}"


@pytest.fixture(scope="module")
def inviting(servers: Lab) -> Generator[Prosody]:
    """A Prosody as Debian has it, that makes accounts for whoever has an invitation."""
    pytest_socket.enable_socket()
    server = servers.prosody(users={**USERS, "admin": "adminpw"}, tls_required=True, extra_modules=MODULES)
    yield server
    server.stop()


@pytest.fixture
async def admin(servers: Lab, inviting: Prosody) -> AsyncGenerator[Person]:
    async with Person("admin@home.test", "adminpw", inviting.ports["c2s"], servers.client_ssl()) as person:
        yield person


async def invite(person: Person, node: str = "create-account") -> dict[str, str]:
    """Have the server make an invitation, as Gajim and Dino do (XEP-0401 §3), and return its links."""
    request = person.client.make_iq_set(ito="home.test")
    request.append(ET.Element(COMMAND, node=f"urn:xmpp:invite#{node}", action="execute"))
    form = (await request.send(timeout=30)).xml.find(f"{COMMAND}/{FORM}x")
    return {field.get("var", ""): field.findtext(f"{FORM}value") or "" for field in form.iter(f"{FORM}field")}


def answers(lab: Lab, server: Server, **fields: str) -> dict[str, Any]:
    where = {"xmpp_host": LOOPBACK, "xmpp_port": server.ports["c2s"], "xmpp_ca": lab.ca.read_text("ascii")}
    return {"advanced": where, **fields}


async def at_account(hass: HomeAssistant, mosquitto: Server) -> Any:
    return await answer(hass, await begin(hass, "standalone"), broker_answers(mosquitto))


async def test_the_bot_makes_its_account_with_a_link(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, inviting: Prosody, admin: Person
) -> None:
    link = (await invite(admin))["uri"]
    assert link.startswith("xmpp:home.test?register;preauth=")
    form = await at_account(hass, mosquitto)
    form = await answer(hass, form, answers(servers, inviting, invitation=f" {link} "))
    assert asked(form) == "rules"
    end = await answer(hass, form, {"contact": ALICE, "topics": ["home/#"]})
    data = end["result"].data
    assert data["jid"] == "mqttbot@home.test"
    assert "invitation" not in data
    async with Person(data["jid"], data["xmpp_password"], inviting.ports["c2s"], servers.client_ssl()):
        pass  # so it can log in

    again = await at_account(hass, mosquitto)
    again = await answer(hass, again, answers(servers, inviting, invitation=link))
    assert asked(again) == "xmpp invitation: invitation_spent"
    link = (await invite(admin))["uri"]
    again = await answer(hass, again, answers(servers, inviting, invitation=link, jid="MqttBot"))
    assert asked(again) == "xmpp jid: name_taken_there"
    again = await answer(hass, again, answers(servers, inviting, invitation=link))
    assert asked(again) == "rules", "a name that is free is found"


async def test_the_page_of_an_invitation_is_as_good_and_a_name_and_a_password_may_be_chosen(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, inviting: Prosody, admin: Person
) -> None:
    page = (await invite(admin))["landing-url"]
    token = page.partition("?")[2]
    page = f"http://{LOOPBACK}:{inviting.ports['http']}/invites_page?{token}"
    form = await at_account(hass, mosquitto)
    wrong = answers(servers, inviting, jid="house@elsewhere.test", invitation=page)
    form = await answer(hass, form, wrong)
    assert asked(form) == "xmpp jid: invitation_elsewhere"
    assert suggested(form)["invitation"] == page
    mine = answers(servers, inviting, jid=page, xmpp_password="own-password") | {"jid": "house"}
    form = await answer(hass, form, mine | {"invitation": page})
    assert asked(form) == "rules"
    async with Person("house@home.test", "own-password", inviting.ports["c2s"], servers.client_ssl()):
        pass


async def test_a_server_that_lets_nobody_register_says_so(
    hass: HomeAssistant, servers: Lab, mosquitto: Server, prosody: Prosody
) -> None:
    form = await at_account(hass, mosquitto)
    link = "xmpp:home.test?register;preauth=token"
    form = await answer(hass, form, answers(servers, prosody, invitation=link))
    assert asked(form) in {"xmpp invitation: registration_closed", "xmpp invitation: invitation_spent"}


@pytest.mark.parametrize(
    ("link", "invitation"),
    [
        ("xmpp:a.test?register;preauth=T", Invitation("a.test", "T")),
        ("xmpp:Bot@A.test?register;preauth=T%2B", Invitation("a.test", "T+", "Bot")),
        ("xmpp:you@a.test?roster;preauth=T;ibr=y", Invitation("a.test", "T")),
        ("xmpp:you@a.test?roster;preauth=T", None),
        ("xmpp:a.test?register", None),
        ("xmpp:a.test", None),
        ("xmpp:?register;preauth=T", None),
        ("https://[", None),
        ("something", None),
    ],
)
def test_links(link: str, invitation: Invitation | None) -> None:
    if invitation is not None:
        assert read_link(link) == invitation
        return
    with pytest.raises(BotError, match="invitation_unreadable"):
        read_link(link)


async def test_pages(hass: HomeAssistant, inviting: Prosody) -> None:
    found = await async_read_invitation(hass, "https://x.test/i/#a.test?register;preauth=T")
    assert found == Invitation("a.test", "T")
    with pytest.raises(BotError, match="invitation_page"):
        await async_read_invitation(hass, "http://x.test/i/1")
    with pytest.raises(BotError, match="invitation_page"):
        await async_read_invitation(hass, f"http://{LOOPBACK}:{inviting.ports['http']}/nothing")
    with pytest.raises(BotError, match="invitation_unreadable"):
        await async_read_invitation(hass, f"http://{LOOPBACK}:{inviting.ports['http']}/invites_page?gone")
