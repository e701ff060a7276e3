"""The demonstration (`make run`): the whole house on one machine, no root and no hardware.

It starts the real daemons, a real broker and the simulated modem of `tests/sim`, keeps them
running as systemd would, and tells each complaint's journey. No daemon knows of it.
"""
