"""Tests of the city's side."""
