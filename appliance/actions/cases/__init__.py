"""Service requests: taken in, joined, corrected, told on, until the city has decided."""
