"""What the bot can be asked to do: one frozen dataclass each, listed in `catalogue`."""
