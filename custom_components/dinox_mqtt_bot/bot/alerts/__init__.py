"""Alert rules judged: one state machine for each rule and topic, and what is told of it."""
