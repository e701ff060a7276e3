"""Texts: read and acted on, queued, sent in turn."""
