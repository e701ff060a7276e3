"""Figures and alarms."""
