"""What the bot needs from the world, answered by Home Assistant."""
