"""What leaves the bot: notices, files, publications, and who is not to be disturbed."""
