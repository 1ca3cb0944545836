"""Messages as readings, and topics by name."""
