"""Bridges: messages carried between topics and contacts."""
