"""Which topic filters the broker should hold, which it does, and which it refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched

from ..bot.model.message import QoS
from ..bot.model.replies import BotError
from ..bot.model.topics import overlaps, valid_filter
from .connack import Connack
from .copies import SHARED, Copies, identifier_of

_CHUNK = 100
_STRIKES = 2
# Pairs of filters that are looked at; of more it is not asked which of them overlap.
_MOST_COMPARED = 10_000
_NO_ANSWER = "unanswered"


@dataclass(frozen=True, slots=True)
class Subscribe:
    """One SUBSCRIBE packet, all filters with its options (MQTT 5 §3.8.3.1); `identifier` 0 is none."""

    filters: tuple[tuple[str, QoS], ...]
    identifier: int = 0
    retain_handling: int = 0


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """One UNSUBSCRIBE packet to send."""

    filters: tuple[str, ...]


type Request = Subscribe | Unsubscribe


class Wanted:
    """The subscriptions as wished for, asked for and granted.

    Call `want`, `opened` and `closed`, send what `requests` yields, and tell that by `sent`, answers by
    `answered` and `left`.
    """

    def __init__(self, held: Iterable[str] = ()) -> None:
        """`held` are filters that the broker may still have from an earlier run."""
        self.copies = Copies()
        self.refused: dict[str, str] = {}
        self._wanted: dict[str, QoS] = {}
        self._held = set(held)
        self._asked: dict[str, QoS] = {}
        self._granted: dict[str, QoS] = {}
        self._leaving: set[str] = set()
        self._pending: dict[int, Request] = {}
        self._doubted: set[int] = set()
        self._resumed: set[str] = set()
        self._suspects: dict[str, int] = {}
        self._connack: Connack | None = None

    def want(self, filters: Mapping[str, QoS]) -> None:
        """Replace what was wanted before."""
        self._wanted = dict(filters)
        self.refused = {name: reason for name, reason in self.refused.items() if name in filters}

    def renew(self, filters: Iterable[str]) -> None:
        """Ask for some of the filters again: their retained messages come anew (MQTT 5 §3.8.4)."""
        for name in filters:
            self._asked.pop(name, None)
            self._resumed.discard(name)

    def opened(self, connack: Connack) -> None:
        """Start over with a new connection; everything wanted is asked for again."""
        self._connack = connack
        if connack.session_present:
            self._held |= self._asked.keys() | self._leaving
        else:
            self._held.clear()
            for name in (*self._granted, *self._leaving):
                self._revoke(name)
        # What the session kept is not new: its retained messages need not come again (§3.3.1.3).
        self._resumed = {name for name, qos in self._granted.items() if qos and not name.startswith(SHARED)}
        self._asked.clear()
        self._leaving.clear()
        self.refused = {
            name: why for name, why in self.refused.items() if self._suspects.get(name, 0) >= _STRIKES
        }

    def closed(self, *, abruptly: bool) -> None:
        """Take note that the connection is gone, `abruptly` if the broker closed it or it broke.

        Some brokers close it over a filter (ejabberd: `$share`, a bad filter). The first one unanswered is
        suspected: it is asked for last and alone, and not again after the second time.
        """
        first = next((request for request in self._pending.values() if isinstance(request, Subscribe)), None)
        self._pending.clear()
        self._doubted.clear()
        self._connack = None
        if first is None or not abruptly:
            return
        for name, _ in first.filters:
            strikes = self._suspects.get(name, 0)
            self._suspects[name] = strikes + (len(first.filters) == 1)
            if self._suspects[name] >= _STRIKES:
                self.refused[name] = "closes_connection"

    def pardon(self) -> None:
        """Ask for everything again, also for what was refused."""
        self.refused.clear()
        self._suspects.clear()

    def requests(self) -> Iterator[Request]:
        """Yield what has to be sent to get what is wanted. Each must be `sent` before the next is taken."""
        if self._connack is None:
            return
        missing = [
            name for name in self._wanted if self._asked.get(name) != self._qos(name) and self._may(name)
        ]
        yield from self._subscribes([name for name in missing if name not in self._suspects])
        if not any(isinstance(request, Subscribe) for request in self._pending.values()):
            suspect = next((name for name in missing if name in self._suspects), None)
            yield from self._subscribes([suspect] if suspect is not None else [])
        for names in batched(self._surplus(), _CHUNK, strict=False):
            yield Unsubscribe(names)

    def sent(self, mid: int, request: Request) -> None:
        """Take note that a request is on its way."""
        self._pending[mid] = request
        self._changes()
        if isinstance(request, Unsubscribe):
            for name in request.filters:
                self._held.discard(name)
                self._asked.pop(name, None)
                self._granted.pop(name, None)
                self._leaving.add(name)
            return
        for name, qos in request.filters:
            self._held.discard(name)
            self._leaving.discard(name)
            self._resumed.discard(name)
            self._asked[name] = qos

    def answered(self, mid: int, reasons: Sequence[tuple[int, str]]) -> None:
        """Take a SUBACK in: a code and its name for each filter."""
        request = self._pending.pop(mid, None)
        self._doubted.discard(mid)
        if not isinstance(request, Subscribe):
            return
        self._changes()
        for (name, _), (code, reason) in zip(request.filters, reasons, strict=False):
            self._suspects.pop(name, None)
            if name not in self._asked:
                continue
            if code < 0x80:
                if self.refused.get(name) == _NO_ANSWER:
                    del self.refused[name]
                self._grant(name, QoS(min(code, 2)))
            else:
                self._revoke(name)
                self.refused[name] = reason

    @property
    def unanswered(self) -> frozenset[int]:
        """The SUBSCRIBE packets that wait for their SUBACK and are not doubted yet."""
        waiting = (mid for mid, request in self._pending.items() if isinstance(request, Subscribe))
        return frozenset(waiting) - self._doubted

    @property
    def doubted(self) -> bool:
        """Whether the broker leaves a SUBSCRIBE packet unanswered."""
        return bool(self._doubted)

    def doubt(self, asked: Iterable[int]) -> None:
        """Expect no answer to these packets: their filters count as refused until one comes after all."""
        for mid in self.unanswered.intersection(asked):
            request = self._pending[mid]
            assert isinstance(request, Subscribe)
            self._doubted.add(mid)
            self.refused |= {name: _NO_ANSWER for name, _ in request.filters if name in self._asked}

    def left(self, mid: int) -> None:
        """Take an UNSUBACK in."""
        request = self._pending.pop(mid, None)
        if isinstance(request, Unsubscribe):
            self._changes()
            for name in self._leaving.intersection(request.filters):
                self._leaving.discard(name)
                self.copies.revoke(name)

    def _grant(self, name: str, qos: QoS) -> None:
        self._granted[name] = qos
        self.copies.grant(name, qos)

    def _revoke(self, name: str) -> None:
        self._granted.pop(name, None)
        self.copies.revoke(name)

    def _changes(self) -> None:
        """Have copies told apart by more than their filters, where there are several."""
        if len(self._asked) + len(self._leaving) > 1:
            self.copies.change()

    def _surplus(self) -> list[str]:
        """Return what the broker need not hold, but for what others are about to take the place of."""
        surplus = sorted((self._held | self._asked.keys()) - self._wanted.keys())
        asked = [self._pending[mid] for mid in self.unanswered] if surplus else []
        coming = {name for each in asked if isinstance(each, Subscribe) for name, _ in each.filters}
        coming &= self._wanted.keys() - self._granted.keys()
        if len(coming) * len(surplus) > _MOST_COMPARED:
            return []
        return [name for name in surplus if not any(overlaps(name, other) for other in coming)]

    def _qos(self, name: str) -> QoS:
        """Return the QoS to ask for: what is wanted, as far as the broker has it."""
        assert self._connack is not None
        return QoS(min(self._wanted[name], self._connack.maximum_qos))

    def _may(self, name: str) -> bool:
        """Say whether the broker may be asked; if it cannot but refuse, or worse, note the refusal."""
        if name in self.refused:
            return False
        assert self._connack is not None
        try:
            valid_filter(name)
        except BotError as err:
            self.refused[name] = err.key
        if name.startswith(SHARED) and not self._connack.shared_subscriptions:
            self.refused[name] = "no_shared"
        elif not self._connack.wildcards and ("+" in name or "#" in name):
            self.refused[name] = "no_wildcards"
        return name not in self.refused

    def _subscribes(self, names: list[str]) -> Iterator[Subscribe]:
        assert self._connack is not None
        if self._connack.identifiers:
            # An identifier belongs to the packet, not to the filter.
            for name in names:
                yield Subscribe(
                    ((name, self._qos(name)),), identifier_of(name), 1 if name in self._resumed else 0
                )
            return
        for handling in (0, 1):
            kept = [name for name in names if (name in self._resumed) == bool(handling)]
            for chunk in batched(kept, _CHUNK, strict=False):
                yield Subscribe(tuple((name, self._qos(name)) for name in chunk), 0, handling)
