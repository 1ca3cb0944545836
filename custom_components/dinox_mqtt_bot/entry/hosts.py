"""Hosts, as users write them."""

from ..bot.model.errors import BotError


def typed_host(text: str) -> str:
    """Read a host name or an address. Raises BotError `invalid_host`."""
    host = text.strip().strip("[]")
    if not host or "/" in host or any(c.isspace() for c in host) or host.count(":") == 1:
        raise BotError("invalid_host")
    return host
