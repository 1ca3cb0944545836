"""Rules of other programs, taken over."""
