"""Hosts, as users write them, and where they are."""

import ipaddress

from ..bot.model.errors import BotError


def typed_host(text: str) -> str:
    """Read a host name or an address. Raises BotError `invalid_host`."""
    host = text.strip().strip("[]")
    if not host or "/" in host or any(c.isspace() for c in host) or host.count(":") == 1:
        raise BotError("invalid_host")
    return host


# Where only the people of the house can listen: private (RFC 1918), link-local and unique local addresses.
LOCAL_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fe80::/10",
        "fc00::/7",
    )
)
LOCAL_ENDINGS = (".localhost", ".local", ".lan", ".home", ".internal", ".home.arpa")


def is_loopback(host: str) -> bool:
    """Tell by its name alone whether a host is this machine."""
    name = host.strip("[]").lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_local(host: str) -> bool:
    """Tell by its name or address alone whether a host is in the house."""
    name = host.strip("[]").lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name.endswith(LOCAL_ENDINGS) or _is_single_label(name)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return any((mapped or address) in network for network in LOCAL_NETWORKS)


def _is_single_label(name: str) -> bool:
    """Tell a bare name, none a resolver reads otherwise: `134744072`, `0x8080808`, foreign full stops."""
    return name.isascii() and "." not in name and ":" not in name and name[:1].isalpha()
