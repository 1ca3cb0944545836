"""What asyncio leaves behind of a TLS negotiation whose connection ended before it began."""

import asyncio


def forget_handshakes(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel the timers of such negotiations: they end by themselves after a minute, and tests do not wait for that.

    A server that closes the connection together with its leave to negotiate makes `loop.start_tls` tell its protocol of the end before
    the beginning, and nobody cancels the timer of the beginning.
    """
    for handle in getattr(loop, "_scheduled", ()):
        if "SSLProtocol._check_handshake_timeout" in repr(handle):
            handle.cancel()
