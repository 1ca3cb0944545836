"""The one error of the bot: a key that every surface renders from the translations."""


class BotError(Exception):
    """What the caller can act on: `exceptions.<key>.message` in translations, with `placeholders`."""

    def __init__(self, key: str, **placeholders: object) -> None:
        super().__init__(key, placeholders)
        self.key = key
        self.placeholders = {name: str(value) for name, value in placeholders.items()}
