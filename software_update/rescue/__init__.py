"""Seeing an update to its end, also when the new release is broken in every part.

The release before leaves a copy of this folder as one file, and that is what runs, by Debian's own
Python. So it imports nothing but the standard library.
"""
