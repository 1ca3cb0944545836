"""What devices announce of themselves: names, units, values and controls."""
