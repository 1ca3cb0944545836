"""What a server offers, found by trying."""
