"""Text of a resident -> kind and category, with the words that decided."""
