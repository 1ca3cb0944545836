"""Nodes of PubSub that stand for topics, and what of them has been seen."""
