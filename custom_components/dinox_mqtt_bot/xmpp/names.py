"""Names of servers, looked up before slixmpp does it: it waits for ever, in one more thread with each try."""

import asyncio
from functools import partial
import socket
from typing import Any

from .disconnects import UNKNOWN_HOST, Disconnected

# What the system is being asked for. It cannot be stopped, so nobody asks twice at once.
_asked: dict[str, asyncio.Future[Any]] = {}


async def look_up(host: str, timeout: float, *, must_exist: bool) -> None:  # noqa: ASYNC109
    """Wait until a name is looked up. Raises Disconnected if that takes too long, or it `must_exist`.

    The domain of a JID need have no address of its own: its server may be named by SRV.
    """
    loop = asyncio.get_running_loop()
    asked = _asked.get(host)
    if asked is None or asked.get_loop() is not loop:
        # No task of the loop, which would have to be waited for when the link stops.
        asked = loop.run_in_executor(None, partial(socket.getaddrinfo, host.strip("[]"), None))
        _asked[host] = asked
        asked.add_done_callback(lambda done: _forget(host, done))
    await asyncio.wait({asked}, timeout=timeout)
    if not asked.done():
        raise Disconnected(UNKNOWN_HOST, "no answer from the name service")
    if must_exist and (failure := asked.exception()) is not None:
        raise Disconnected(UNKNOWN_HOST, str(failure))


def _forget(host: str, done: asyncio.Future[Any]) -> None:
    if _asked.get(host) is done:
        del _asked[host]
    # Given up, it fails with nobody left to hear of it.
    done.cancelled() or done.exception()
