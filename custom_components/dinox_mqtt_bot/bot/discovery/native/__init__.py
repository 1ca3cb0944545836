"""Devices that announce themselves in ways of their own, and those that gateways tell of."""
