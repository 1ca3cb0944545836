"""What contacts say to the bot, and what their clients tell of its own messages."""

from collections.abc import Callable
from typing import Any, Final

from slixmpp import ClientXMPP
from slixmpp.stanza import Message
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from ..bot.model.jid import domain_of
from ..bot.model.status import Delivery
from ..bot.model.utterance import Reaction, Utterance
from ..bot.ports import Clock
from .composing import Composing
from .gate import Gate, bare_of
from .incoming import encryption_in, file_in, is_automatic, reaction_in, replied_in, said_at, text_in
from .reach import Reach, reason_of
from .remembered import Said
from .saying import Saying

_STALE_AFTER: Final = 60.0
_INVITATION: Final = "{jabber:x:conference}x"
_MARKER: Final = "{urn:xmpp:chat-markers:0}"
_RECEIPT: Final = "{urn:xmpp:receipts}received"
_PROGRESS: Final = {
    _RECEIPT: Delivery.RECEIVED,
    f"{_MARKER}received": Delivery.RECEIVED,
    f"{_MARKER}displayed": Delivery.READ,
    f"{_MARKER}acknowledged": Delivery.READ,
}


class Hearing:
    """Every message that passed the gate goes through `receive`; few are heard."""

    _on_text: Callable[[Utterance], None]
    _on_reaction: Callable[[Reaction], None]
    _on_put_off: Callable[[], None]

    def __init__(self, gate: Gate, clock: Clock, saying: Saying, reach: Reach, composing: Composing) -> None:
        self._gate = gate
        self._clock = clock
        self._saying = saying
        self._reach = reach
        self._composing = composing
        # Who returns what cannot be passed on: the own server, also in the name of the account, but no
        # other client of it.
        self._home = frozenset({"", gate.own, domain_of(gate.own)})
        self._heard = Said()

    def start(
        self,
        *,
        on_text: Callable[[Utterance], None],
        on_reaction: Callable[[Reaction], None],
        on_put_off: Callable[[], None],
    ) -> None:
        """Tell what is heard, from now on."""
        self._on_text, self._on_reaction, self._on_put_off = on_text, on_reaction, on_put_off

    def attach(self, xmpp: ClientXMPP) -> None:
        """Hear the messages of this client."""
        matcher = MatchXPath(f"{{{xmpp.default_ns}}}message")
        xmpp.register_handler(Callback("Hearing", matcher, lambda message: self.receive(xmpp, message)))

    def receive(self, xmpp: ClientXMPP, message: Any) -> None:
        """Take one message: an error or progress of ours, or something said."""
        if message["from"].bare in self._gate.rooms:
            return  # `Rooms` hears it
        inner = self._unwrapped(message)
        if inner is None or bare_of(inner.xml.get("from", "")) not in self._gate.contacts:
            self._take_error(message)
            return
        if inner["type"] == "error":
            self._take_error(inner)
        elif inner["type"] in {"chat", "normal"}:
            self._reach.arrived(inner["from"].bare)
            self._composing.heard(inner)
            self._take_progress(inner)
            self._take_said(xmpp, inner, copied=inner is not message)

    def _unwrapped(self, message: Message) -> Message | None:
        """Return what a carbon (XEP-0280) of the conversation holds, a plain message itself.

        Measured: with a negative priority messages from the user's clients to the bare own address come as
        carbons only, `sent` and again `received`; Prosody leaves out the `to` of the `sent` one.
        """
        kind = next(
            (kind for kind in ("carbon_sent", "carbon_received") if message.get_plugin(kind, check=True)), ""
        )
        if not kind:
            return message
        if not self._gate.shared or bare_of(message.xml.get("from", "")) != self._gate.own:
            return None
        inner = message[kind]
        if not isinstance(inner, Message):
            return None
        from_own = bare_of(inner.xml.get("from", "")) == self._gate.own
        to_own = bare_of(inner.xml.get("to", "") or self._gate.own) == self._gate.own
        return inner if to_own and from_own == (kind == "carbon_sent") else None

    def _take_error(self, message: Message) -> None:
        """Take a notice that came back; the own server may return any, everybody else what was for them."""
        key, sender = message["id"], message["from"]
        if message["type"] != "error" or not self._saying.knows(key):
            return
        if str(sender) not in self._home and not self._saying.was_for(key, sender.bare):
            return
        condition = message["error"]["condition"]
        self._reach.failed(self._saying.addressee(key), condition)
        # RFC 6120 §8.3.2: retry later. A contact's server that is away for a night must not cost an alert.
        if message["error"]["type"] == "wait":
            self._saying.put_off(key, reason_of(condition))
            self._on_put_off()
        else:
            self._saying.heard_of(key, Delivery.FAILED, reason_of(condition))

    def _take_progress(self, message: Message) -> None:
        for child in message.xml:
            delivery = _PROGRESS.get(child.tag)
            if delivery is not None:
                self._take_note(child.get("id", ""), delivery, message["from"].bare)

    def _take_note(self, notice_id: str, delivery: Delivery, sender: str) -> None:
        """Believe who was told how far that came; what others say of it counts for nothing."""
        if self._saying.was_for(notice_id, sender):
            self._saying.heard_of(notice_id, delivery)

    def _take_said(self, xmpp: ClientXMPP, message: Message, *, copied: bool) -> None:
        """Take what a person says, with words or with a reaction."""
        sender = message["from"]
        if sender == xmpp.boundjid or message.xml.find(_INVITATION) is not None:
            return
        now = self._clock.now()
        at = min(said_at(message, now), now)
        if scheme := encryption_in(message):
            if not self._is_repeated(message, scheme):
                self._on_text(
                    Utterance(sender.bare, "", message["id"], at, sender.resource, encrypted=scheme)
                )
            return
        text, reaction = text_in(message) or file_in(message), reaction_in(message, at)
        # What was kept for us while we were away is too old to act on: a command would come as a surprise.
        if not (text or reaction) or now - at > _STALE_AFTER:
            return
        if self._is_repeated(message, f"{text} {reaction and (reaction.to, reaction.emojis)}"):
            return
        if not copied and sender.bare != self._gate.own:
            confirm(xmpp, message)
        reply_to = self._meant(replied_in(message), sender.bare)
        if reaction is not None and not self._meant(reaction.to, sender.bare):
            reaction = None
        # Whoever answers a message has read it, whatever the client tells.
        self._take_note(reaction.to if reaction else reply_to, Delivery.READ, sender.bare)
        if reaction:
            self._on_reaction(reaction)
        if text:
            self._on_text(
                Utterance(
                    sender.bare,
                    text,
                    message["id"],
                    at,
                    sender.resource,
                    reply_to,
                    automatic=is_automatic(message),
                    file=file_in(message),
                )
            )

    def _meant(self, notice_id: str, sender: str) -> str:
        """Return the id that somebody names, unless it is that of something said to another."""
        return notice_id if self._saying.addressee(notice_id) in {"", sender} else ""

    def _is_repeated(self, message: Message, said: str) -> bool:
        key = message["id"]
        return self._saying.knows(key) or not self._heard.add(message["from"].bare, key, said)


def confirm(xmpp: ClientXMPP, message: Message) -> None:
    """Tell a contact that its message came (XEP-0184) and was read (XEP-0333), as far as it asks."""
    if not message["id"]:
        return
    if message["request_receipt"]:
        receipt = xmpp.make_message(mto=message["from"], mtype="chat")
        receipt["receipt"] = message["id"]
        receipt.send()
    if message.get_plugin("markable", check=True):
        marker = xmpp.make_message(mto=message["from"], mtype="chat")
        marker["displayed"]["id"] = message["id"]
        marker.send()
