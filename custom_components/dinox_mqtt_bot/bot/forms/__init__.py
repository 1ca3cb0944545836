"""Commands as forms."""
