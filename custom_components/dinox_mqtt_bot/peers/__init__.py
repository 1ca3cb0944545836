"""The bot's own state on MQTT, and the bots of others."""
