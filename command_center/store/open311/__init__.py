"""Other programs: what they may read, and who of them may file."""
