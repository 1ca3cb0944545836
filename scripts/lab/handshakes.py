"""What asyncio leaves behind of a TLS negotiation whose connection ended before it began."""

import asyncio
from asyncio.sslproto import SSLProtocol


def forget_handshakes(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel the timers of negotiations that know already that their connection is gone.

    A server that closes the connection together with its leave to negotiate makes `loop.start_tls` tell its
    protocol of the end before the beginning, and nobody cancels the timer of the beginning: it ends by itself
    after a minute. One whose connection was not closed is a leak and stays.
    """
    for handle in getattr(loop, "_scheduled", ()):
        # asyncio has no public way to either.
        protocol = getattr(getattr(handle, "_callback", None), "__self__", None)
        if isinstance(protocol, SSLProtocol) and getattr(protocol, "_conn_lost", False):
            handle.cancel()
