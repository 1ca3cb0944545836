"""A server that breaks the rules of the stream: a fresh session, at a decent pace, and nothing lost."""

import asyncio
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from liar import Liar, bound, id_of, link_to
from people import ALICE, PATIENCE, Probed, until
import pytest
from slixmpp.exceptions import IqError
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

from custom_components.dinox_mqtt_bot.bot.model.status import Delivery, Phase
from custom_components.dinox_mqtt_bot.xmpp.settings import Timing

SM = "urn:xmpp:sm:3"
FRESH = "<enable"


async def online(liar: Liar, link: Probed) -> None:
    link.start()
    await until(lambda: liar.names("enable") and link.link.status.phase is Phase.ONLINE)
    await link.online()


def saying(xml: str) -> Callable[[Liar, str], str]:
    return lambda liar, element: xml


def from_alice(text: str, **attributes: str) -> str:
    told = "".join(f" {name}='{value}'" for name, value in attributes.items())
    return (
        f"<message from='{ALICE}/phone' to='bot@home.test/ha' type='chat'{told}><body>{text}</body></message>"
    )


@pytest.mark.parametrize(
    "lie",
    [
        f"<a xmlns='{SM}'/>",
        f"<a xmlns='{SM}' h=''/>",
        f"<a xmlns='{SM}' h='x'/>",
        f"<a xmlns='{SM}' h='-1'/>",
        f"<a xmlns='{SM}' h='²'/>",
        f"<a xmlns='{SM}' h='4000000000'/>",
        f"<a xmlns='{SM}' h='{'9' * 5000}'/>",
        f"<enabled xmlns='{SM}' id='other'/>",
        f"<failed xmlns='{SM}'/>",
        f"<resumed xmlns='{SM}' previd='sm1' h='0'/>",
    ],
)
async def test_nonsense_about_what_came_ends_in_a_fresh_session(liar: Liar, link: Probed, lie: str) -> None:
    await online(liar, link)
    notice = link.say("alert")
    await until(lambda: link.progress(notice))
    liar.say(lie)
    await until(lambda: len(liar.names("enable")) == 2)
    await link.online()
    assert link.reasons == ["stream_broken"]
    assert liar.names("resume") == []
    assert liar.accepted == 2


@pytest.mark.parametrize(
    "lie",
    [
        f"<resumed xmlns='{SM}' previd='sm1'/>",
        f"<resumed xmlns='{SM}' previd='sm1' h='abc'/>",
        f"<resumed xmlns='{SM}' previd='sm1' h='4294967295'/>",
        f"<resumed xmlns='{SM}' previd='other' h='0'/>",
        " ",
    ],
)
async def test_a_resumption_that_is_none_is_given_up_for_a_fresh_session(
    lie: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Liar(resume=saying(lie)) as liar:
        link = link_to(liar, Timing(connect=1, first_pause=0.1, longest_pause=0.4))
        try:
            await online(liar, link)
            liar.lies["r"] = saying("")
            notice = link.say("alert")
            await until(lambda: liar.names("message"))
            liar.cut()
            # From its first request on, the fresh session is answered.
            del liar.lies["r"]
            await until(lambda: len(liar.names("enable")) == 2)
            await until(lambda: link.progress(notice) == [Delivery.SENT])
            assert len(liar.names("resume")) == 1
            assert liar.accepted == 3
            # What was queued for the lost connection is nobody's error.
            assert [record for record in caplog.records if record.levelname == "ERROR"] == []
        finally:
            await link.link.stop()


@pytest.mark.parametrize("jid", ["evil@evil.test/x", f"{ALICE}/phone", "bot@home.test", "@@", ""])
async def test_another_address_is_never_worn(jid: str) -> None:
    async with Liar(bind=lambda _, request: bound(id_of(request), jid)) as liar:
        link = link_to(liar)
        try:
            link.start()
            await link.offline("stream_broken")
            await until(lambda: liar.accepted >= 3)
            assert Phase.ONLINE not in {status.phase for status in link.statuses}
        finally:
            await link.link.stop()


TWO_ADDRESSES = [
    "<bind xmlns='{0}'><jid>bot@home.test/ha</jid></bind><bind xmlns='{0}'><jid>{1}</jid></bind>",
    "<bind xmlns='{0}'><jid>bot@home.test/ha</jid><jid>{1}</jid></bind>",
    "<bind xmlns='{0}'><jid xml:lang='de'>bot@home.test/ha</jid><jid xml:lang='en'>{1}</jid></bind>",
    "<bind xmlns='{0}'><jid>bot@home.test/ha</jid></bind><bind xmlns='{0}'/>",
    "<x><bind xmlns='{0}'><jid>bot@home.test/ha</jid></bind></x><bind xmlns='{0}'><jid>{1}</jid></bind>",
]


@pytest.mark.parametrize("answer", TWO_ADDRESSES)
async def test_of_two_addresses_none_is_worn(answer: str) -> None:
    answer = answer.format("urn:ietf:params:xml:ns:xmpp-bind", "evil@evil.test/x")
    async with Liar(bind=lambda _, asked: f"<iq type='result' id='{id_of(asked)}'>{answer}</iq>") as liar:
        link = link_to(liar)
        try:
            link.start()
            await link.offline("stream_broken")
            assert Phase.ONLINE not in {status.phase for status in link.statuses}
        finally:
            await link.link.stop()


async def test_another_resource_may_be_given(liar: Liar, link: Probed) -> None:
    liar.jid = "bot@home.test/given"
    await online(liar, link)
    assert link.reasons == []


async def test_losses_soon_after_a_login_let_the_pause_grow_to_a_bound_only() -> None:
    hang_up = lambda liar, element: liar.cut() or ""  # noqa: E731
    async with Liar(presence=hang_up) as liar:
        # Twice as long each time the 13th pause would be one of a minute.
        link = link_to(liar, Timing(connect=4, first_pause=0.015, longest_pause=60))
        try:
            link.start()
            await until(lambda: liar.accepted >= 14)
        finally:
            await link.link.stop()


async def test_a_server_that_is_not_well_formed_is_left(liar: Liar, link: Probed) -> None:
    await online(liar, link)
    liar.say("<message><a></b></message>")
    await until(lambda: liar.accepted == 2)
    await link.online()
    assert link.reasons == ["stream_broken"]


@pytest.mark.parametrize(
    "stanza",
    [
        pytest.param(
            "<iq type='get' id='1' from='{0}'>" + "<a>" * 5_000 + "</a>" * 5_000 + "</iq>", id="deep"
        ),
        pytest.param("<message from='{0}'>" + "<a/>" * 50_000 + "</message>", id="many children"),
        pytest.param("<message from='{0}'><body>" + "x" * 3_000_000 + "</body></message>", id="long"),
        pytest.param("<message from='{0}'><x a='" + ">/" * 1_000_000 + "'/></message>", id="long attribute"),
        pytest.param("<message from='{0}' a='" + "x" * 100_000 + "'><b/></message>", id="long opening tag"),
        pytest.param(
            "<message from='{0}'><x" + "".join(f" a{n}=''" for n in range(1_000)) + "/></message>",
            id="many attributes",
        ),
        pytest.param("<message from='{0}'><" + "x" * 100_000 + "/></message>", id="long name"),
        pytest.param("<message from='{0}'><x xmlns='" + "x" * 5_000 + "'/></message>", id="long namespace"),
        pytest.param("<message from='{0}'><x xmlns='a}}b'/></message>", id="rejected by the parser"),
        pytest.param("<message from='{0}'><p:x/></message>", id="prefix of nothing"),
        pytest.param("<message from='{0}'>&amp;&unknown;&#0;</message>", id="entities"),
        pytest.param("<message xmlns='a}}b' from='{0}'/>", id="namespace of its own"),
        pytest.param("<presence from='{0}' to='@@' type='dnd'/>", id="addressee that is none"),
        pytest.param("<iq from='{0}' type='bogus' id='1'/>", id="type that is none"),
        pytest.param("<message from='{0}'><![CDATA[</message>]]><!-- <a> --></message>", id="sections"),
    ],
)
@pytest.mark.parametrize("sender", ["mallory@home.test/x", f"{ALICE}/phone", "home.test", "bot@home.test"])
async def test_one_stanza_ends_nothing_but_itself(liar: Liar, link: Probed, stanza: str, sender: str) -> None:
    await online(liar, link)
    liar.say(stanza.replace("{0}", sender).replace("}}", "}"))
    liar.say(from_alice("after"))
    await until(lambda: "after" in link.said)
    assert liar.accepted == 1
    session = link.link._session
    assert session is not None
    # Counted all the same (XEP-0198): what is not, comes again with every resumption.
    await until(lambda: session.management.handled == liar.told)


async def test_a_contacts_request_over_the_bounds_is_refused_shortly(liar: Liar, link: Probed) -> None:
    await online(liar, link)
    liar.say(f"<iq type='set' id='big' from='{ALICE}/phone'><a xmlns='u'>{'<a/>' * 5_000}</a></iq>")
    await until(lambda: any("big" in iq and "service-unavailable" in iq for iq in liar.names("iq")))
    answer = next(iq for iq in liar.names("iq") if "big" in iq)
    assert len(answer) < 400
    assert "<a" not in answer


@pytest.mark.parametrize("kind", ["result", "error"])
async def test_only_answers_to_what_was_asked_pass(liar: Liar, link: Probed, kind: str) -> None:
    await online(liar, link)
    liar.lies["iq"] = lambda _, element: "" if "urn:xmpp:ping" in element else None
    session = link.link._session
    assert session is not None
    liar.heard.clear()
    asked = session.xmpp.plugin["xep_0199"].send_ping("home.test", timeout=60)
    await until(lambda: any("ping" in iq for iq in liar.names("iq")))
    key = id_of(next(iq for iq in liar.names("iq") if "ping" in iq))
    for sender in ("mallory@home.test/x", ALICE, "evil.test", "@@"):
        liar.say(f"<iq type='{kind}' id='{key}' from='{sender}'/>")
    liar.say(f"<iq type='{kind}' id='another' from='home.test'/>")
    liar.say(from_alice("after"))
    await until(lambda: "after" in link.said)
    assert not asked.done()
    liar.say(f"<iq type='{kind}' id='{key}'/>")
    await asyncio.wait({asked}, timeout=PATIENCE)
    assert asked.done()
    asked.exception()


async def test_nothing_is_kept_that_nobody_asked_for(liar: Liar, link: Probed) -> None:
    await online(liar, link)
    session = link.link._session
    assert session is not None
    disco, vcards = session.xmpp.plugin["xep_0030"], session.xmpp.plugin["xep_0054"]
    nodes, cards = len(disco.static.nodes), len(vcards._vcard_cache)
    info, caps = "http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/caps"
    for sender in ("mallory@home.test/x", f"{ALICE}/phone", "home.test"):
        for n in range(50):
            liar.say(f"<iq type='result' id='{n}' from='{sender}'><query xmlns='{info}' node='{n}'/></iq>")
            liar.say(f"<iq type='result' id='{n}' from='{sender}'><vCard xmlns='vcard-temp'/></iq>")
            liar.say(
                f"<presence from='{sender}{n}'><c xmlns='{caps}' hash='sha-1' node='n' ver='{n}'/></presence>"
            )
    liar.say(from_alice("after"))
    await until(lambda: "after" in link.said)
    assert (len(disco.static.nodes), len(vcards._vcard_cache)) == (nodes, cards)
    assert not [iq for iq in liar.names("iq") if info in iq]
    assert list(session.xmpp.roster) == ["bot@home.test"]


async def test_answers_that_the_server_does_not_take_are_not_kept_for_it(liar: Liar, link: Probed) -> None:
    await online(liar, link)
    liar.lies["r"] = saying("")
    session = link.link._session
    assert session is not None
    for n in range(3_000):
        liar.say(f"<iq type='get' id='{n}' from='mallory@home.test/x'><ping xmlns='urn:xmpp:ping'/></iq>")
    liar.say(from_alice("after"))
    await until(lambda: "after" in link.said)
    assert len(session.management.unacked_queue) < 1_100


async def test_what_the_gate_or_a_handler_raises_is_logged_once(
    liar: Liar, link: Probed, caplog: pytest.LogCaptureFixture
) -> None:
    await online(liar, link)
    session: Any = link.link._session
    fail = {"gate": True}

    def admits(opening: Element) -> bool:
        if fail.get("gate") and opening.tag.endswith("}presence"):
            raise KeyError(opening.tag)
        return link.link._gate.admits(opening)

    def listen(stanza: Any) -> None:
        raise RecursionError(stanza["from"].resource)

    session.xmpp.admits = admits
    for n in range(20):
        liar.say(f"<presence from='{ALICE}/{n}'/>")
    liar.say(from_alice("one"))
    await until(lambda: "one" in link.said)
    assert caplog.text.count("more like it are not mentioned") == 1
    fail.clear()
    for path in ("presence", "iq@type=get/ping"):
        session.xmpp.remove_handler("Ping")
        session.xmpp.register_handler(Callback(path, StanzaPath(path), listen))
    for n in range(20):
        liar.say(f"<presence from='{ALICE}/{n}'/>")
        liar.say(f"<iq type='get' id='p{n}' from='{ALICE}/phone'><ping xmlns='urn:xmpp:ping'/></iq>")
    liar.say(from_alice("two"))
    await until(lambda: "two" in link.said)
    assert caplog.text.count("more like it are not mentioned") == 2
    await until(lambda: sum("service-unavailable" in iq for iq in liar.names("iq")) == 20)
    assert not liar.names("message")
    assert liar.accepted == 1


async def test_an_answer_that_is_not_to_be_read_is_an_error_at_once(liar: Liar, link: Probed) -> None:
    await online(liar, link)
    answer = "<iq type='result' id='{0}' from='{1}'>" + "<a>" * 100 + "</a>" * 100 + "</iq>"
    liar.lies["iq"] = lambda _, asked: answer.replace("{0}", id_of(asked)).replace("{1}", "other.test")
    session = link.link._session
    assert session is not None
    with pytest.raises(IqError, match="not-acceptable"):
        await session.xmpp.plugin["xep_0199"].send_ping("other.test", timeout=60)


@pytest.mark.parametrize(
    "error",
    [
        "",
        "<error/>",
        "<error type='bogus'><x xmlns='urn:x'/></error>",
        "<error type='cancel'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>",
    ],
)
async def test_an_error_that_slixmpp_does_not_know_is_told_at_once(
    liar: Liar, link: Probed, error: str
) -> None:
    await online(liar, link)
    liar.lies["iq"] = lambda _, asked: f"<iq type='error' id='{id_of(asked)}' from='other.test'>{error}</iq>"
    session = link.link._session
    assert session is not None
    with pytest.raises(IqError, match="undefined-condition"):
        await session.xmpp.plugin["xep_0199"].send_ping("other.test", timeout=60)


async def test_a_change_of_the_roster_is_taken_from_the_own_account_only(liar: Liar, link: Probed) -> None:
    await online(liar, link)
    push = "<query xmlns='jabber:iq:roster'><item jid='evil@evil.test' subscription='both'/></query>"
    liar.say(f"<iq type='set' id='push1'>{push}</iq>")
    liar.say(f"<iq type='set' id='push2' from='bot@home.test'>{push}</iq>")
    liar.say(f"<iq type='set' id='push3' from='{ALICE}/phone'>{push}</iq>")
    answers = lambda key: [iq for iq in liar.names("iq") if f"{key}" in iq]  # noqa: E731
    await until(lambda: answers("push1") and answers("push2") and answers("push3"))
    assert "result" in answers("push1")[0]
    assert "result" in answers("push2")[0]
    assert "service-unavailable" in answers("push3")[0]
    session = link.link._session
    assert session is not None
    assert not list(session.xmpp.client_roster)


async def test_very_many_languages_are_not_asked_for(liar: Liar, link: Probed) -> None:
    await online(liar, link)
    mallory = "mallory@home.test/x"
    for n in range(30):
        liar.say(f"<iq type='get' id='q{n}' from='{mallory}' xml:lang='{n}'><x xmlns='u'/></iq>")
    liar.say(f"<iq type='get' id='{'l' * 2_000}' from='{mallory}'><x xmlns='u'/></iq>")
    liar.say("<iq type='get' id='none' from='@@'><x xmlns='u'/></iq>")
    liar.say(f"<iq type='get' id='last' from='{mallory}'><x xmlns='u'/></iq>")
    await until(lambda: any("last" in iq for iq in liar.names("iq")))
    refused = [iq for iq in liar.names("iq") if 'type="error"' in iq]
    assert len([iq for iq in liar.names("iq") if "bot@home.test/" in iq and "ping" in iq]) <= 9
    assert not [iq for iq in refused if "llll" in iq or "none" in iq]


async def test_features_are_taken_once(liar: Liar, link: Probed) -> None:
    await online(liar, link)
    liar.heard.clear()
    for _ in range(50):
        liar.say(
            "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>", stanzas=0
        )
    liar.say(from_alice("after"))
    await until(lambda: "after" in link.said)
    assert not [iq for iq in liar.names("iq") if "xmpp-bind" in iq]


async def test_slixmpp_does_nothing_by_itself_that_is_not_needed(liar: Liar, link: Probed) -> None:
    await online(liar, link)
    session = link.link._session
    assert session is not None
    idle = [handler.name for handler in session.xmpp._XMLStream__handlers]
    assert {name for name in idle if not name.startswith("IqCallback_")} == {
        "Stream Error",
        "Stream Features",
        "STARTTLS Proceed",
        "SASL Success",
        "SASL Failure",
        "SASL Challenge",
        "Disco Info",
        "Disco Items",
        "Software Version",
        "Stream Management Enabled",
        "Stream Management Resumed",
        "Stream Management Failed",
        "Stream Management Ack",
        "Ping",
        "Roster push",
        "Subscription",
        "Hearing",
        "Room presence",
        "Room message",
        "Do not disturb",
        "PubSub",
        "Reach",
    }


@pytest.mark.parametrize("address", ["a@", "a b@c", "@@/"])
async def test_what_is_for_an_address_that_is_none_is_refused(
    liar: Liar, link: Probed, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    await online(liar, link)
    query = "<query xmlns='http://jabber.org/protocol/disco#items'/>"
    liar.say(f"<iq from='{ALICE}/phone' to='{address}' type='get' id='lost'>{query}</iq>")
    liar.say(from_alice("hello"))
    await until(lambda: [said.text for said in link.texts] == ["hello"])
    await until(lambda: any("lost" in each and "error" in each for each in liar.names("iq")))
    assert [record for record in caplog.records if record.exc_info] == []
