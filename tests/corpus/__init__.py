"""Made-up devices that announce themselves as firmware of all kinds does."""
