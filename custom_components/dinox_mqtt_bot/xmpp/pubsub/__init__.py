"""Nodes of PubSub services (XEP-0060) as a broker of their own, or beside MQTT for what it missed."""
