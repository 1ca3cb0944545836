"""Values as chat text."""
