"""What was stored: looked back at, charted and exported."""
