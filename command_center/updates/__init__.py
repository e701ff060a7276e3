"""Releases of the box: made and signed here, published to boxes (docs/updates.md)."""
