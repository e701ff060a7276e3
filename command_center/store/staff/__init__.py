"""Accounts of the city, their sessions, and the audit trail."""
