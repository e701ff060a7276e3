"""Pure ground of the house: values in, values out; no I/O, no clock, no logging, no chance.

What it knows lies in rooms by subject, `store` and `actions` have the same. The modules beside them
are what all rooms stand on.
"""
