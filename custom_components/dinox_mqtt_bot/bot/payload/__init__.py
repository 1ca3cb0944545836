"""What the bytes of a payload mean."""
