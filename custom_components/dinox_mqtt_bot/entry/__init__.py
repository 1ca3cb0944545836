"""The config entry as values, and values as the config entry."""
