"""Random stanzas: well-formed, with every extension that the bot or its library reads, else senseless."""

from collections import deque
import random
from xml.sax.saxutils import escape, quoteattr

from .lying_xmpp import ALICE, BOT, DOMAIN, FULL

_ROOM = f"room@conf.{DOMAIN}"
_VALUES = (
    *(
        "",
        "0",
        "-1",
        "x",
        "9" * 500,
        "'",
        "\u202e",
        "é",
        "1e9",
        "NaN",
        "2026-13-45T99:99:99Z",
        "2026-11-28T00:00:00Z",
    ),
    *(
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "a@b/c",
        "@",
        "@@/",
        "a@",
        "a b@c",
        "😀",
        "x" * 3000,
    ),
    *(
        ALICE,
        BOT,
        f"{_ROOM}/x",
        "id1",
        "dnd",
        "wait",
        "cancel",
        "true",
        "http://jabber.org/protocol/disco#info",
    ),
)
SENDERS = (
    *(
        f"{ALICE}/phone",
        ALICE,
        f"{ALICE}/" + "r" * 1023,
        BOT,
        f"{BOT}/other",
        FULL,
        DOMAIN,
        f"mallory@{DOMAIN}/x",
    ),
    *(
        "alice@evil.test/x",
        f"conf.{DOMAIN}",
        _ROOM,
        f"{_ROOM}/nick",
        f"{_ROOM}/ali\u202ece",
        "",
        None,
        "@",
        "a@b@c",
    ),
    *(f"{ALICE}\u3000", f"{ALICE.upper()}/x", f"pubsub.{DOMAIN}", "x" * 2000 + "@y", f"{ALICE}/\u200bphone"),
)
_TYPES = (
    *(
        "chat",
        "normal",
        "groupchat",
        "error",
        "headline",
        "",
        "bogus",
        None,
        "available",
        "unavailable",
        "subscribe",
    ),
    *("subscribed", "unsubscribe", "unsubscribed", "probe", "get", "set", "result"),
)
_KINDS = ("message",) * 6 + ("presence",) * 2 + ("iq",) * 3
_BODIES = (
    "hi",
    "/mqtt status",
    "",
    " ",
    "x" * 5000,
    "> a\nb",
    "/mqtt ack",
    "👍",
    "I sent you an OMEMO encrypted message",
)
_TEXTS = ("/mqtt status", "👍", "❤️", "> q\n> r\ntext", "x", "TmV2ZXI=")
# Name, namespace, attributes.
_EXTENSIONS = tuple(
    (name, namespace, attributes.split())
    for namespace, names in {
        "urn:xmpp:receipts": {"received": "id", "request": ""},
        "urn:xmpp:chat-markers:0": {
            "markable": "",
            "displayed": "id",
            "received": "id",
            "acknowledged": "id",
        },
        "urn:xmpp:delay": {"delay": "stamp from"},
        "jabber:x:delay": {"x": "stamp"},
        "urn:xmpp:message-correct:0": {"replace": "id"},
        "urn:xmpp:reactions:0": {"reactions": "id", "reaction": ""},
        "urn:xmpp:reply:0": {"reply": "id to"},
        "urn:xmpp:fallback:0": {"fallback": "for", "body": "start end"},
        "urn:xmpp:carbons:2": {"sent": "", "received": ""},
        "urn:xmpp:forward:0": {"forwarded": ""},
        "urn:xmpp:mam:2": {"result": "id queryid", "fin": "complete"},
        "http://jabber.org/protocol/muc#user": {
            "x": "",
            "item": "jid nick role affiliation",
            "status": "code",
            "invite": "from to",
        },
        "http://jabber.org/protocol/muc": {"x": ""},
        "jabber:x:conference": {"x": "jid reason"},
        "http://jabber.org/protocol/pubsub#event": {
            "event": "",
            "items": "node",
            "item": "id",
            "retract": "id",
            "delete": "node",
            "purge": "node",
        },
        "http://jabber.org/protocol/pubsub": {"pubsub": "", "items": "node", "item": "id"},
        "jabber:client": {
            "error": "type code",
            "body": "",
            "subject": "",
            "thread": "",
            "show": "",
            "status": "",
            "priority": "",
            "message": "from to type id",
        },
        "urn:ietf:params:xml:ns:xmpp-stanzas": {"text": "", "conflict": "", "bogus": ""},
        "jabber:iq:roster": {"query": "ver", "item": "jid subscription ask name", "group": ""},
        "http://jabber.org/protocol/disco#info": {
            "query": "node",
            "identity": "category type name",
            "feature": "var",
        },
        "http://jabber.org/protocol/disco#items": {"query": "node", "item": "jid node name"},
        "jabber:iq:version": {"query": "", "name": ""},
        "jabber:iq:last": {"query": "seconds"},
        "vcard-temp": {"vCard": "", "PHOTO": "", "BINVAL": "", "FN": ""},
        "vcard-temp:x:update": {"x": "", "photo": ""},
        "urn:xmpp:ping": {"ping": ""},
        "http://jabber.org/protocol/caps": {"c": "node ver hash ext"},
        "http://jabber.org/protocol/nick": {"nick": ""},
        "urn:xmpp:sid:0": {"origin-id": "id", "stanza-id": "id by"},
        "urn:xmpp:http:upload:0": {
            "slot": "",
            "put": "url",
            "get": "url",
            "header": "name",
            "request": "filename size",
        },
        "http://jabber.org/protocol/commands": {"command": "node action sessionid", "note": "type"},
        "jabber:x:data": {"x": "type", "field": "var type", "value": ""},
        "jabber:x:oob": {"x": "", "url": ""},
        "http://jabber.org/protocol/xhtml-im": {"html": ""},
        "eu.siacs.conversations.axolotl": {"encrypted": "", "header": "sid", "payload": ""},
        "urn:xmpp:omemo:2": {"encrypted": ""},
        "urn:xmpp:eme:0": {"encryption": "namespace name"},
        "http://jabber.org/protocol/chatstates": {"composing": "", "active": ""},
        "http://jabber.org/protocol/shim": {"headers": ""},
        "urn:xmpp:avatar:data": {"data": ""},
        "urn:xmpp:avatar:metadata": {"metadata": "", "info": "id bytes"},
        "urn:xmpp:blocking": {"block": "", "item": "jid"},
        "urn:bogus": {"bogus": "a"},
    }.items()
    for name, attributes in names.items()
)


class Stanzas:
    """The same stanzas every time for one `chance`; `ids` are those of notices that the bot has sent."""

    def __init__(self, chance: random.Random) -> None:
        self.ids: deque[str] = deque(maxlen=20)
        self._chance = chance

    def stanza(self) -> str:
        chance = self._chance
        kind = chance.choice(_KINDS)
        attributes = {"from": chance.choice(SENDERS), "type": chance.choice(_TYPES)}
        drawn = chance.random()
        attributes["to"] = FULL if drawn < 0.99 else self._value() if drawn < 0.995 else None
        attributes["id"] = self._value() if chance.random() < 0.8 else None
        inner = "".join(self._element(0) for _ in range(chance.randrange(4)))
        if kind == "message" and chance.random() < 0.5:
            inner += f"<body>{escape(chance.choice(_BODIES))}</body>"
        if chance.random() < 0.03:
            inner += self._large()
        written = "".join(
            f" {name}={quoteattr(value)}" for name, value in attributes.items() if value is not None
        )
        return f"<{kind}{written}>{inner}</{kind}>"

    def _value(self) -> str:
        if self.ids and self._chance.random() < 0.2:
            return self._chance.choice(self.ids)
        return self._chance.choice(_VALUES)

    def _element(self, depth: int) -> str:
        chance = self._chance
        name, namespace, attributes = chance.choice(_EXTENSIONS)
        written = "".join(f" {key}={quoteattr(self._value())}" for key in attributes if chance.random() < 0.8)
        if chance.random() < 0.05:
            written += f" xml:lang={quoteattr(chance.choice(('de', '', 'x' * 200)))}"
        inner = ""
        if depth < 5 and chance.random() < 0.6:
            inner = "".join(self._element(depth + 1) for _ in range(chance.randrange(1, 4)))
        if chance.random() < 0.4:
            inner += escape(chance.choice((self._value(), *_TEXTS)))
        return f"<{name} xmlns='{namespace}'{written}>{inner}</{name}>"

    def _large(self) -> str:
        """Return what is deep, wide, long, or has many attributes or namespaces."""
        chance = self._chance
        name, namespace, _ = chance.choice(_EXTENSIONS)
        number = chance.choice((50, 500, 900, 1500, 5000, 20_000))
        few = min(number, 2_000)
        return chance.choice(
            (
                f"<{name} xmlns='{namespace}'>" + "<a>" * number + "</a>" * number + f"</{name}>",
                f"<{name} xmlns='{namespace}'>" * few + f"</{name}>" * few,
                f"<{name} xmlns='{namespace}'>" + "<a/>" * number + f"</{name}>",
                f"<{name} xmlns='{namespace}'/>" * few,
                f"<{name} xmlns='{namespace}' " + " ".join(f"a{key}='{key}'" for key in range(few)) + "/>",
                f"<{name} xmlns='{namespace}'>" + "é" * number * 5 + f"</{name}>",
                f"<{name} xmlns='{namespace}' a='" + "x" * number * 5 + "'/>",
                f"<{name} xmlns='{namespace}'>"
                + "".join(f"<a xmlns='urn:{key}'/>" for key in range(few))
                + f"</{name}>",
            )
        )
