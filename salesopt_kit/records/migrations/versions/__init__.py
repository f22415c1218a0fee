"""The states of the tables."""
