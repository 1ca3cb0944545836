"""The dialogs in which a person configures the bot."""
