"""Whole homes that live beside a bot, by a clock that is not waited for."""
