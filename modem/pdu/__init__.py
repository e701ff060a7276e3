"""Codec for SMS protocol data units (3GPP 23.040, 23.038): bytes to values and back, no I/O."""
