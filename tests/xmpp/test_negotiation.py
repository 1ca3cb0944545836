"""What comes at a time at which it was not to be expected: before a login, before a session, after both."""

import base64
from collections.abc import Callable
from dataclasses import replace
import re

from liar import OFFER, Liar, link_to
from people import ALICE, QUICK, Probed, until
import pytest
from slixmpp.util.sasl.mechanisms import SCRAM

from custom_components.dinox_mqtt_bot.bot.model.status import Phase
from custom_components.dinox_mqtt_bot.xmpp.settings import Security, Timing

SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
TLS = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"
BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
MANAGEMENT = "<sm xmlns='urn:xmpp:sm:3'/>"
IMPATIENT = Timing(connect=0.5, first_pause=0.05, longest_pause=0.2)


def spoken(text: str) -> str:
    return (
        f"<message from='{ALICE}/phone' to='bot@home.test/ha' type='chat'>"
        f"<body>{text}</body><request xmlns='urn:xmpp:receipts'/></message>"
    )


def offered(*features: str) -> str:
    return f"<stream:features>{''.join(features)}</stream:features>"


@pytest.mark.parametrize("features", [(BIND,), (BIND, MANAGEMENT), (MANAGEMENT,)])
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.PLAIN])
async def test_nobody_is_believed_before_the_login(
    liar: Liar, features: tuple[str, ...], security: Security
) -> None:
    """Whoever sits on the wire could else leave out the encryption, and the password that proves nothing."""
    liar.offer = offered(*features) + spoken("in the clear")
    link = link_to(liar, IMPATIENT, security)
    try:
        link.start()
        await until(lambda: liar.accepted >= 3)
        assert Phase.ONLINE not in {status.phase for status in link.statuses}
        assert liar.heard == []
        assert link.said == []
    finally:
        await link.link.stop()


async def test_an_earlier_session_is_not_resumed_before_the_login(liar: Liar) -> None:
    link = link_to(liar, replace(QUICK, connect=4))
    try:
        await started(liar, link)
        liar.offer = offered(BIND, MANAGEMENT)
        liar.heard.clear()
        liar.cut()
        await until(lambda: liar.accepted >= 2)
        liar.offer = OFFER
        await until(lambda: liar.names("auth"))
        assert not liar.heard[0].startswith("<resume")
    finally:
        await link.link.stop()


async def test_what_is_said_before_the_session_is_not_heard(liar: Liar, link: Probed) -> None:
    asked = f"<iq type='get' id='early' from='{ALICE}/phone'><ping xmlns='urn:xmpp:ping'/></iq>"
    liar.offer = spoken("before") + asked + OFFER
    link.start()
    await link.online()
    liar.say(spoken("after"))
    await until(lambda: "after" in link.said)
    assert link.said == ["after"]
    assert not [iq for iq in liar.names("iq") if "early" in iq]


async def test_what_is_said_from_the_binding_on_is_heard() -> None:
    def bind(liar: Liar, asked: str) -> str | None:
        found = re.search('id="([^"]*)"', asked)
        assert found is not None
        jid = f"<jid>{liar.jid}</jid>"
        return (
            f"<iq type='result' id='{found[1]}'>{BIND.replace('/>', f'>{jid}</bind>')}</iq>{spoken('first')}"
        )

    async with Liar(bind=bind) as liar:
        link = link_to(liar)
        try:
            link.start()
            await until(lambda: link.said == ["first"])
        finally:
            await link.link.stop()


UNEXPECTED = [
    f"<failure {SASL}><not-authorized/></failure>",
    f"<failure {SASL}><account-disabled/></failure>",
    f"<failure {SASL}/>",
    f"<success {SASL}/>",
    f"<challenge {SASL}>AAAA</challenge>",
    f"<auth {SASL} mechanism='PLAIN'>AAAA</auth>",
    f"<proceed {TLS}/>",
    f"<failure {TLS}/>",
]


async def started(liar: Liar, link: Probed) -> None:
    link.start()
    await until(lambda: liar.names("enable") and link.link.status.phase is Phase.ONLINE)
    await link.online()


@pytest.mark.parametrize("element", UNEXPECTED)
async def test_a_login_that_nobody_is_at_ends_in_a_fresh_session(
    liar: Liar, link: Probed, element: str
) -> None:
    await started(liar, link)
    liar.say(element, stanzas=0)
    await until(lambda: len(liar.names("enable")) == 2)
    await link.online()
    assert link.reasons == ["stream_broken"]
    assert not any(status.fatal for status in link.statuses)
    assert liar.names("resume") == []


@pytest.mark.parametrize("element", UNEXPECTED)
async def test_a_login_before_there_is_one_is_none(liar: Liar, link: Probed, element: str) -> None:
    liar.offer = element + OFFER
    link.start()
    await link.offline("stream_broken")
    assert not link.link.status.fatal
    liar.offer = OFFER
    await link.online()


async def test_a_login_in_the_place_of_a_resumption_is_none(liar: Liar, link: Probed) -> None:
    await started(liar, link)
    liar.lies["resume"] = lambda _, element: f"<failure {SASL}><not-authorized/></failure>"
    liar.cut()
    await until(lambda: len(liar.names("enable")) == 2)
    await link.online()
    assert not any(status.fatal for status in link.statuses)


@pytest.mark.parametrize("content", ["", "<bogus/>", "<text>no</text>", "<temporary-auth-failure/>"])
async def test_a_login_that_fails_for_no_known_reason_is_tried_again(content: str) -> None:
    refused: Callable[[Liar, str], str] = lambda _, element: f"<failure {SASL}>{content}</failure>"  # noqa: E731
    async with Liar(auth=refused) as liar:
        link = link_to(liar)
        try:
            link.start()
            await link.offline("server_closed")
            del liar.lies["auth"]
            await link.online()
        finally:
            await link.link.stop()


@pytest.mark.parametrize("content", ["<not-authorized/>", "<text>no</text><account-disabled/>"])
async def test_a_login_that_is_refused_is_not_tried_again(content: str) -> None:
    async with Liar(auth=lambda _, element: f"<failure {SASL}>{content}</failure>") as liar:
        link = link_to(liar)
        try:
            link.start()
            await link.offline("invalid_auth")
            assert link.link.status.fatal
        finally:
            await link.link.stop()


@pytest.mark.parametrize("rounds", ["1000000000", "1,i=1000000000", "x", "9" * 5_000])
async def test_a_login_does_not_take_for_ever(rounds: str) -> None:
    def challenge(liar: Liar, element: str) -> str:
        found = re.search(r">([^<]*)<", element)
        assert found is not None
        nonce = base64.b64decode(found[1]).decode().rpartition("r=")[2]
        told = base64.b64encode(f"r={nonce}1,s=c2FsdA==,i={rounds}".encode()).decode()
        return f"<challenge {SASL}>{told}</challenge>"

    async with Liar(auth=challenge) as liar:
        liar.offer = OFFER.replace("PLAIN", "SCRAM-SHA-1")
        link = link_to(liar)
        try:
            link.start()
            await link.offline("stream_broken")
        finally:
            await link.link.stop()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("SHA-1", "4b007901b765489abead49d926f721d065a429c1"),
        ("SHA-256", "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"),
    ],
)
def test_the_key_of_a_login_is_the_one_of_the_standard(name: str, key: str) -> None:
    """And it comes from C: slixmpp's own loop would hold Home Assistant for as long as it takes."""
    login = SCRAM.__new__(SCRAM)
    login.hash_name = name
    login.hash = pytest.fail  # which the loop would call
    assert login.Hi(b"password", b"salt", 4_096).hex() == key
