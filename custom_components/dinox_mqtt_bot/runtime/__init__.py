"""The running bot of a config entry: built, started, taken down."""
