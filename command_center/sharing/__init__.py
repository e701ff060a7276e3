"""Several receivers on one database: which boxes each serves, and who does the chores."""
