"""Boxes: what each says of itself, by what it proves that it is one, and what it is to run."""
