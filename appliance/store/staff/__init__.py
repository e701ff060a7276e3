"""Accounts of the desk, their sessions, what they want and what they saw."""
