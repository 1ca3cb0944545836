"""SQLite behind `ports.History`, `ports.Outbox`, `ports.AlertBook` and `ports.Memory`."""

from .store import Store
from .upkeep import Retention

__all__ = ["Retention", "Store"]
