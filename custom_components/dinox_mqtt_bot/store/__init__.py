"""SQLite behind `ports.History`, `ports.Outbox`, `ports.AlertBook` and `ports.Memory`."""

from .keeping import Retention
from .store import Store

__all__ = ["Retention", "Store"]
