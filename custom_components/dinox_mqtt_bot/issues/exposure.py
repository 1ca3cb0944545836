"""What everybody on the way can read or write, by what a config entry says alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.const import CONF_HOST

from ..bot.model.jid import domain_of
from ..const import CONF_JID, CONF_MODE, CONF_TLS, CONF_XMPP_HOST, CONF_XMPP_SECURITY, Mode, Tls
from ..entry.account import is_prosody, is_pubsub_only
from ..entry.hosts import is_local
from ..xmpp.settings import Security
from .registry import IssueKind

# The issues that `exposures` decides about.
EXPOSURES = (IssueKind.BROKER_PLAIN, IssueKind.PROSODY_OPEN, IssueKind.XMPP_PLAIN)


def exposures(data: Mapping[str, Any]) -> Iterator[tuple[IssueKind, str]]:
    """Yield what leaves the house unprotected, and the host that it goes to."""
    if data[CONF_MODE] != Mode.HOME_ASSISTANT and not is_pubsub_only(data) and not is_local(data[CONF_HOST]):
        if data[CONF_TLS] == Tls.OFF:
            yield IssueKind.BROKER_PLAIN, data[CONF_HOST]
        if is_prosody(data):
            yield IssueKind.PROSODY_OPEN, data[CONF_HOST]
    if data[CONF_JID] and data[CONF_XMPP_SECURITY] == Security.PLAIN:
        host = data[CONF_XMPP_HOST] or domain_of(data[CONF_JID])
        if not is_local(host):
            yield IssueKind.XMPP_PLAIN, host
