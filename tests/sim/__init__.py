"""Simulated peers: pure device models, and thin adapters that put them on a pty or a socket."""
