"""The bot: pure rules, standard library only; no sockets, no clock of its own, no Home Assistant."""
