"""The one error of the bot: a key that every surface renders from the translations."""


class BotError(Exception):
    """Something the caller can do something about.

    `key` names `exceptions.<key>.message` in the translations; `placeholders` fill it.
    """

    def __init__(self, key: str, **placeholders: object) -> None:
        super().__init__(key, placeholders)
        self.key = key
        self.placeholders = {name: str(value) for name, value in placeholders.items()}
