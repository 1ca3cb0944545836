"""Words, numbers, units and durations as people write them."""
