"""Bots that tell of themselves on the broker."""
