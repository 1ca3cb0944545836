"""The bot beside Home Assistant's own MQTT integration, on one broker."""
