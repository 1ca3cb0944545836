"""Ports of the loopback."""

from collections.abc import Iterable, Iterator
import contextlib
import functools
import itertools
import json
from pathlib import Path
import socket

LOOPBACK = "127.0.0.1"
# Below the range of outgoing connections, so that nobody takes the port of a stopped server.
_FIRST, _BLOCKS, _BLOCK = 20000, 24, 500
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


@functools.cache
def _own_block() -> tuple[socket.socket, Iterator[int]]:
    """Return ports that no other process draws, by turns, and the listening socket that keeps them ours.

    Between a draw and the server's listening, and while a server is stopped, a port is free for everybody:
    processes that draw from one range sooner or later give the same port twice.
    """
    for first in range(_FIRST, _FIRST + _BLOCKS * _BLOCK, _BLOCK):
        keeper = _Socket()
        try:
            keeper.bind((LOOPBACK, first))
            keeper.listen()
        except OSError:
            keeper.close()
            continue
        return keeper, itertools.cycle(range(first + 1, first + _BLOCK))
    raise RuntimeError("too many processes run servers at once")


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """Return a different free port for each name."""
    _, ports = _own_block()
    return {name: next(filter(is_free, ports)) for name in names}


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
