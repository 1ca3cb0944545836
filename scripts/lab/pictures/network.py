"""A network, names and authorities of one process alone: clients cannot be told where the server is."""

import os
from pathlib import Path
import subprocess

ALONE = "DINOX_PICTURES_ALONE"
C2S = 5222
_NAMES = Path("/etc/hosts")
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
# The resolver takes a machine that has nothing but its loopback for one without a network.
_LINKS = ("lo", "home")
_COMMANDS = ("ip link add home type bridge", "ip addr add 10.99.0.1/24 dev home")


def as_if_alone(argv: list[str]) -> list[str]:
    """Return a command line that runs another one where it is root, with a network and mounts of its own."""
    rooted = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", "--mount", "--net", *rooted, "--", *argv]


def as_somebody(argv: list[str]) -> list[str]:
    """Return a command line for a program that refuses to be run by root."""
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--", *argv]


def set_up() -> None:
    """Give the network its links."""
    for command in (*_COMMANDS, *(f"ip link set {link} up" for link in _LINKS)):
        subprocess.run(command.split(), check=True)


def introduce(domain: str, authority: Path, directory: Path) -> None:
    """Let every program of this network know a domain's name, and trust its authority."""
    names = directory / "hosts"
    hosts = " ".join((domain, *(f"{part}.{domain}" for part in ("conference", "pubsub", "upload"))))
    names.write_text(f"127.0.0.1 localhost {hosts}\n")
    trusted = directory / "authorities.crt"
    trusted.write_bytes(_AUTHORITIES.read_bytes() + authority.read_bytes())
    for ours, theirs in ((names, _NAMES), (trusted, _AUTHORITIES)):
        subprocess.run(["mount", "--bind", str(ours), str(theirs)], check=True)
