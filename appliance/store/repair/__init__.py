"""A damaged database: noticing it, setting it aside, and saving what can be read."""
