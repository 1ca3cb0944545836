"""slixmpp behind `ports.Chat`: one XMPP account, kept online."""
