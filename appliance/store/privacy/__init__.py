"""What residents agreed to, what was erased, what is wiped after its time."""
