"""The conversation: what contacts are told of messages, and when."""
