"""What residents agreed to, what was erased, and who has done it."""
