"""Accounts of the desk: made, logged in, noted, and what they ask for."""
