"""Rules of another bot or program, taken over."""
