"""Texts in and out, the parts they are made of, and the SIMs."""
