"""Lies of the bot's own XMPP server: about login, binding and what it received (XEP-0198)."""

import asyncio
from collections.abc import Mapping

from custom_components.dinox_mqtt_bot.bot.model.rules import Contact

from .alone import comes
from .linked import Linked, linked
from .lying_xmpp import ALICE, QUICK, SILENCE, Lies, LyingXmpp, settings
from .trial import Trial
from .watch import Watch

_SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
_SM = "xmlns='urn:xmpp:sm:3'"
_STREAMS = "xmlns='urn:ietf:params:xml:ns:xmpp-streams'"
_STANZAS = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
_BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
_SECONDS = 15.0
# While the server lies nobody tries more often than this; `QUICK` has pauses of up to 0.3 s.
_WATCHED_SECONDS, _MOST_CONNECTIONS = 3.0, 40


def _bound(jid: str) -> str:
    return f"<iq type='result' id='ID'>{_BIND}{jid}</bind></iq>"


def _features(inner: str) -> str:
    return f"<stream:features>{inner}</stream:features>"


def _failure(inner: str) -> str:
    return f"<stream:error>{inner}</stream:error></stream:stream>"


OFFERS: Mapping[str, str] = {
    "no features": "<stream:features/>",
    "strange features": _features("<x xmlns='u'/>"),
    "features that are not well-formed": "<stream:features><a></b>",
    "an entity bomb": "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>" + _features("&b;"),
    "EXTERNAL only": _features(f"<mechanisms {_SASL}><mechanism>EXTERNAL</mechanism></mechanisms>"),
    "STARTTLS required": _features(
        "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    ),
    "silence for features": SILENCE,
    "an end": "</stream:stream>",
    "see-other-host": _failure(f"<see-other-host {_STREAMS}>127.0.0.1:1</see-other-host>"),
    "an error without condition": "<stream:error/></stream:stream>",
    "HTTP": "HTTP/1.1 400 Bad Request\r\n\r\n",
    "a megabyte of blanks": " " * 1_000_000,
    "a huge attribute": "<stream:features a='" + "x" * 3_000_000 + "'/>",
    "deep features": _features("<a>" * 5000 + "</a>" * 5000),
    "features a thousand times": "<stream:features/>" * 1000,
}
LOGINS: Mapping[str, str] = {
    "an empty failure": f"<failure {_SASL}/>",
    "two conditions": f"<failure {_SASL}><temporary-auth-failure/><not-authorized/></failure>",
    "a challenge": f"<challenge {_SASL}>!!!</challenge>",
    "success three times": f"<success {_SASL}>AAAA</success>" * 3,
    "silence for a login": SILENCE,
}
BINDINGS: Mapping[str, str] = {
    "another account": _bound("<jid>evil@evil.test/x</jid>"),
    "a contact's address": _bound(f"<jid>{ALICE}/x</jid>"),
    "no address": _bound(""),
    "no JID": _bound("<jid>@@</jid>"),
    "an error": f"<iq type='error' id='ID'><error type='cancel'><conflict {_STANZAS}/></error></iq>",
    "silence for binding": SILENCE,
}
RESUMPTIONS: Mapping[str, str] = {
    "resumed with a number too large": f"<resumed {_SM} previd='sm1' h='4294967295'/>",
    "resumed with a word": f"<resumed {_SM} previd='sm1' h='abc'/>",
    "resumed with no number": f"<resumed {_SM} previd='sm1'/>",
    "resumed with a negative number": f"<resumed {_SM} previd='sm1' h='-1'/>",
    "failed with a lie": f"<failed {_SM} h='9999'><item-not-found {_STANZAS}/></failed>",
    "silence for resuming": SILENCE,
}
ACKNOWLEDGEMENTS: Mapping[str, str] = {
    "a number too large": f"<a {_SM} h='4000000000'/>",
    "a huge number": f"<a {_SM} h='{'9' * 5000}'/>",
    "a negative number": f"<a {_SM} h='-5'/>",
    "a word": f"<a {_SM} h='x'/>",
    "nothing": f"<a {_SM}/>",
    "no answer": SILENCE,
}
SAID: Mapping[str, str] = {
    "r 20,000 times": f"<r {_SM}/>" * 20_000,
    "a 20,000 times": f"<a {_SM} h='1'/>" * 20_000,
    "enabled again": f"<enabled {_SM} id='zz' resume='true'/>",
    "failed": f"<failed {_SM}/>",
    "resumed uninvited": f"<resumed {_SM} previd='sm1' h='99'/>",
    "an unknown element": "<x xmlns='urn:bogus'/>",
    "system-shutdown": _failure(f"<system-shutdown {_STREAMS}/>"),
    "not well-formed": "<a><b></a>",
    "a document type": "<!DOCTYPE a [<!ENTITY x 'y'>]>",
    "a processing instruction": "<?php x?>",
    "a comment": "<!-- x -->",
}


async def tell_lies(trial: Trial, watch: Watch) -> None:
    """Tell each lie; the bot is never somebody else, does not hammer, and says its alerts in the end."""
    await _at_login(trial, "the truth", Lies())
    watch.arm()
    for field, lies in {"offer": OFFERS, "login": LOGINS, "bound": BINDINGS}.items():
        for name, lie in lies.items():
            await _at_login(trial, name, Lies(**{field: lie}))
    for name, lie in RESUMPTIONS.items():
        await _later(trial, name, Lies(resumed=lie))
    for name, lie in ACKNOWLEDGEMENTS.items():
        await _later(trial, f"{name} for an acknowledgement", Lies(acknowledged=lie))
    for name, said in SAID.items():
        await _later(trial, name, Lies(), said)
    watch.weigh()
    watch.disarm()
    trial.counts["lies"] = sum(
        len(lies) for lies in (OFFERS, LOGINS, BINDINGS, RESUMPTIONS, ACKNOWLEDGEMENTS, SAID)
    )


async def _at_login(trial: Trial, name: str, lies: Lies) -> None:
    """Lie from the first connection on, then tell the truth."""
    trial.doing(f"{name}: {lies}")
    with LyingXmpp(lies) as server:
        async with linked(settings(server.port), QUICK, Contact(ALICE)) as one:
            await comes(lambda: one.is_online, 1.0 if trial.options.short else _WATCHED_SECONDS)
            if lies.bound and one.is_online:
                trial.breach("escapes", f"{name} at binding: the bot is online as somebody else")
            if server.connections > _MOST_CONNECTIONS:
                trial.breach("", f"{name}: {server.connections} connections in {_WATCHED_SECONDS:.0f} s")
            server.lies = Lies()
            one.link.reconnect()
            await _must_say(trial, server, one, name)


async def _later(trial: Trial, name: str, lies: Lies, said: str = "") -> None:
    """Be truthful until there is a session, say something, and lie when the session is to be resumed."""
    trial.doing(f"{name}: {lies} {said[:200]}")
    with LyingXmpp() as server:
        async with linked(settings(server.port), QUICK, Contact(ALICE)) as one:
            await one.online()
            server.lies = lies
            server.begin_lying()
            if said:
                server.send(said)
            one.say("before the lie", ALICE)
            if lies.resumed:
                server.cut()
                await comes(lambda: one.lost, _SECONDS)
            await _must_say(trial, server, one, name)
            if server.connections > _MOST_CONNECTIONS:
                trial.breach("", f"{name}: {server.connections} connections")


async def _must_say(trial: Trial, server: LyingXmpp, one: Linked, name: str) -> None:
    await asyncio.sleep(0)
    one.say("behind the lie", ALICE)
    if not await comes(lambda: "behind the lie" in server.heard, _SECONDS):
        trial.breach("alerts_lost", f"{name}: an alert is not said any more, {one.link.status}")
