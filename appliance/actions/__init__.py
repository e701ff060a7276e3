"""Every change of the database: one function, one transaction."""
