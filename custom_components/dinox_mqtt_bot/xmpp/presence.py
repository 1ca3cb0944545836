"""The bot's state as presence (RFC 6121 §4.7)."""

from typing import Final

from slixmpp import ClientXMPP
from slixmpp.stanza import Presence

from ..bot.model.status import BotState
from .text import cut, xml_safe

# In the user's own account the bot must not take what is meant for the user's clients: with a negative
# priority it gets neither messages to the bare address (it hears carbons) nor the stored offline ones.
_SHARED_PRIORITY: Final = -1
_PRIORITY: Final = 5
_STATUS_BYTES: Final = 1_024
_AVAILABLE: Final = frozenset({BotState.ONLINE, BotState.WAITING})


def presence_of(xmpp: ClientXMPP, state: BotState, text: str, *, shared: bool) -> Presence:
    """Return the presence that tells the state; `text` is what a person reads beside it."""
    return xmpp.make_presence(
        pshow=None if state in _AVAILABLE else "away",
        pstatus=cut(xml_safe(text), _STATUS_BYTES) or None,
        ppriority=_SHARED_PRIORITY if shared else _PRIORITY,
    )
