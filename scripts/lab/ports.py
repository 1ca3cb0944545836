"""Ports of the loopback."""

from collections.abc import Iterable
import contextlib
import json
from pathlib import Path
import secrets
import socket

LOOPBACK = "127.0.0.1"
# Below the range of outgoing connections, so that nobody takes the port of a stopped server.
_PORTS = range(20000, 32000)
# pytest-socket replaces socket.socket while a test runs; fixtures of a whole session need the true class.
_Socket = socket.socket


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback now."""
    with _Socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return True
    return False


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """Return a different free port for each name."""
    ports: dict[str, int] = {}
    for name in names:
        port = secrets.choice(_PORTS)
        while port in ports.values() or not is_free(port):
            port = secrets.choice(_PORTS)
        ports[name] = port
    return ports


def kept_ports(directory: Path, names: Iterable[str]) -> dict[str, int]:
    """Return the ports used before in this directory where they are still free, else fresh ones."""
    names = list(names)
    file = directory / "ports.json"
    if file.exists():
        ports: dict[str, int] = json.loads(file.read_text())
        if set(ports) == set(names) and all(is_free(port) for port in ports.values()):
            return ports
    ports = free_ports(names)
    file.write_text(json.dumps(ports))
    return ports


def connect(port: int, timeout: float = 10) -> socket.socket:
    """Open a TCP connection to a port of the loopback."""
    sock = _Socket()
    sock.settimeout(timeout)
    try:
        sock.connect((LOOPBACK, port))
    except OSError:
        sock.close()
        raise
    return sock
