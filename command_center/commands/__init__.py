"""Commands of `posko-center`: each reads words and prints answers; transactions are elsewhere."""
