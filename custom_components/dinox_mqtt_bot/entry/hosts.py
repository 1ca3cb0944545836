"""Hosts, as users write them, and where they are."""

from dataclasses import dataclass
import ipaddress
from urllib.parse import unquote, urlsplit

from ..bot.model.replies import BotError


@dataclass(frozen=True, slots=True)
class Address:
    """What was pasted as a host: `mqtts://me:secret@host:8883/path`, `host:1883`, or a host alone."""

    host: str
    port: int = 0
    scheme: str = ""
    username: str = ""
    password: str = ""
    path: str = ""


def typed_address(text: str) -> Address:
    """Read what was typed as a host. Raises BotError `invalid_host`."""
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"//{_bracketed(text)}")
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        raise BotError("invalid_host") from None
    wrong = not host or any(c.isspace() for c in text) or parts.query or parts.fragment
    if wrong or (not parts.scheme and (parts.path or "@" in text)):
        raise BotError("invalid_host")
    login = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(host, port, parts.scheme, *login, parts.path)


def _bracketed(text: str) -> str:
    """Return an IPv6 address as URLs have it, anything else as it is."""
    return f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text


def typed_host(text: str) -> str:
    """Read a host name or an address, and nothing else. Raises BotError `invalid_host`."""
    address = typed_address(text)
    if address != Address(address.host):
        raise BotError("invalid_host")
    return address.host


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
