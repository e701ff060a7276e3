"""SMS to officials by way of a box: what is wanted, which box, what became of it."""
