"""How the box is doing, in words for staff, and what they should do about it. Pure.

What processes say of themselves, also what to do, is in the gauges (`posko status`); their English
sentences are for the technician and are shown as they are.
"""
