"""Tells that another client has the same client id, also at a broker that does not say so (MQTT 5 §3.1.4).

Mosquitto 2.0, and any broker in MQTT 3.1.1, just closes the connection of the client that loses its session.
"""

import asyncio
from dataclasses import replace
import logging
import secrets
import ssl

from .client import Listener
from .connack import Ended, Failure
from .login import Login, LoginError, RunBlocking
from .settings import BrokerSettings

_LOGGER = logging.getLogger(__name__)

# So many losses in a row, each of them so soon, are no chance.
_TIMES = 4
_SOON_SECONDS = 60.0
# Both clients wait longer and longer; as long as this nobody else has wanted the session.
UNDISPUTED_SECONDS = 600.0

# The broker is there and has nothing against the connection but its name.
_NAME_REFUSED = {Failure.INVALID_AUTH, Failure.CLIENT_ID_REFUSED}


class Contest:
    """Counts the losses of a link that have no other cause.

    A loss counts if the other side closed the connection soon after the login, everything asked of it having
    been answered. When it happens again and again, a witness is called: a connection with another client id.
    A broker that fails, or that throws everybody out, does not keep the witness.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        *,
        loop: asyncio.AbstractEventLoop,
        tls: ssl.SSLContext | None,
        run_blocking: RunBlocking,
    ) -> None:
        self._times = 0
        self._named = bool(settings.client_id)
        self._loop = loop
        name = f"{settings.client_id}-{secrets.token_hex(3)}"
        aside = replace(settings, client_id=name, session_expiry=0, will=None, birth=None)
        listener = Listener(_ignore, _ignore, _ignore, _ignore, _ignore, lambda: True)
        self._witness = Login(aside, listener, loop=loop, tls=tls, run_blocking=run_blocking)
        self._name_refused = False
        self._patience: asyncio.TimerHandle | None = None

    @property
    def lasts(self) -> bool:
        """Whether another client takes the session again and again."""
        return self._times >= _TIMES

    @property
    def _limit(self) -> float:
        return UNDISPUTED_SECONDS if self.lasts else _SOON_SECONDS

    async def prepare(self) -> None:
        """Call the witness before a login that may be lost as those before it."""
        if self._times < _TIMES - 1:
            return
        self._name_refused = False
        try:
            await self._witness.log_in()
        except LoginError as err:
            self._name_refused = err.ended.failure in _NAME_REFUSED
        self._patience = self._loop.call_later(self._limit, self.dismiss)

    def dismiss(self) -> None:
        """Send the witness away."""
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if (client := self._witness.client) is not None and client.connack is not None:
            client.disconnect()
            client.flush()
            client.close(Ended(Failure.STOPPED))

    def missed(self) -> None:
        """Take note that a login failed: what is wrong then is the broker."""
        self._times = 0
        self.dismiss()

    def judge(self, ended: Ended, lasted: float, *, owed: bool) -> Ended:
        """Return how a session that `lasted` so many seconds ended; `owed`: with an answer outstanding."""
        if ended.failure is Failure.STOPPED:
            return ended
        soon = lasted < self._limit
        there = self._name_refused or (
            self._witness.client is not None and self._witness.client.connack is not None
        )
        self.dismiss()
        if ended.failure is Failure.SESSION_TAKEN_OVER:
            self._times = self._times + 1 if soon else 1
            return ended
        if ended.failure is not Failure.CONNECTION_LOST or ended.code or not soon or not self._named:
            self._times = 0
        elif not owed:
            # With an answer outstanding, the broker may have closed the connection instead of giving it.
            self._times += 1
        if owed or not self.lasts:
            return ended
        if not there:
            self._times = 0
            return ended
        _LOGGER.warning("The connection is closed again and again: another client has the same client id")
        return Ended(Failure.SESSION_TAKEN_OVER)


def _ignore(*_: object) -> None:
    pass
