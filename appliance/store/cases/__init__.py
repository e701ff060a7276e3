"""Service requests, what hangs on each, and the questions among them."""
