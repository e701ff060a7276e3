"""The box itself: whose it is, how its processes are, its slips and its software."""
