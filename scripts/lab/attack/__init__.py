"""Attacks on the bot: random input of every kind, and those that once worked, all bounded and on loopback."""
