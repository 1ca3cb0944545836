"""What Home Assistant is told to repair."""
