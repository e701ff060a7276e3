"""What boxes say: every event as it came, what hangs on a request, and what could not be read."""
