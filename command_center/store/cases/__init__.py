"""Cases: the requests of the whole city, what became of each, and what hangs together."""
