"""Pure ground of the house: values in, values out; no I/O, no clock, no logging, no chance."""
