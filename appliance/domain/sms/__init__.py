"""Texts: what has come in, what we say, and when a SIM may send."""
