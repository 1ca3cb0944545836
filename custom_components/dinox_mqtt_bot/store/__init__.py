"""SQLite behind `ports.History` and `ports.Outbox`."""

from .store import Store
from .upkeep import Retention

__all__ = ["Retention", "Store"]
