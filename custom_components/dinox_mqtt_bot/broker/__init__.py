"""One connection to an MQTT broker, in the event loop: paho-mqtt behind `bot.ports.Broker`."""
