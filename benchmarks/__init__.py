"""What receiving a message costs: stock clients, Home Assistant's own, our reader, our whole path."""
