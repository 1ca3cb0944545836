"""What contacts say: commands, answers, reactions and free text."""
