"""Which ports of a host speak MQTT, and what comes of a login there."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
import ssl

from ..bot.model.replies import BotError
from .connack import Connack
from .login import RunBlocking
from .probe import probe
from .settings import BrokerSettings

# What a port may answer to a login that shows it to be MQTT's.
_MQTT = frozenset({"", "invalid_auth"})
# How ejabberd's CONNACK of MQTT 5 differs from that of other brokers.
_EJABBERD_ALIASES = 100


@dataclass(frozen=True, slots=True)
class Door:
    """One port to try, with TLS if there is a context for it."""

    settings: BrokerSettings
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class DoorFound:
    """What came of a port: a BotError's key as `fault` or none; `answers`: SUBSCRIBE was answered."""

    door: Door
    fault: str = ""
    answers: bool = True
    connack: Connack | None = None

    @property
    def lets_in(self) -> bool:
        """Whether the login worked."""
        return not self.fault

    @property
    def speaks_mqtt(self) -> bool:
        """Whether an MQTT broker is there, even if it refuses the login."""
        return self.fault in _MQTT

    @property
    def is_ejabberd(self) -> bool:
        """Whether the broker offers exactly what ejabberd does."""
        offer = self.connack
        return (
            offer is not None
            and not offer.shared_subscriptions
            and offer.topic_alias_maximum == _EJABBERD_ALIASES
        )


async def try_doors(
    doors: Iterable[Door], run_blocking: RunBlocking, *, ask_for: str = ""
) -> list[DoorFound]:
    """Try ports at once, each with one login; `ask_for` is a topic filter to subscribe to meanwhile."""
    return list(await asyncio.gather(*(_try(door, run_blocking, ask_for) for door in doors)))


async def _try(door: Door, run_blocking: RunBlocking, ask_for: str) -> DoorFound:
    try:
        result = await probe(door.settings, door.tls, run_blocking, ask_for=ask_for)
    except BotError as err:
        return DoorFound(door, err.key)
    return DoorFound(door, answers=result.answers, connack=result.connack)
