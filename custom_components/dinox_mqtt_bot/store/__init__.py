"""SQLite behind `ports.History`, `ports.Outbox`, `ports.AlertBook` and `ports.Memory`."""
