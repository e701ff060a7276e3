"""Slips to paper: the queue's loop in the kiosk, and the child process that talks to the printer.

Only the child (`child.py`, `escpos_bytes.py`, `picture.py`, `transport.py`) loads python-escpos and
Pillow; it lives for one slip, with limits. The kiosk never imports those modules.
"""
