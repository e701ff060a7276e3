"""`posko doctor`: every dependency and piece of hardware, and what to do next.

`checks.py` is the table of checks. Each is a reading (`reading/`: what is so) and a judgement
(`judging/`, pure: what that means); `examining.py` runs them side by side, each within its time.
"""
