"""The first hour of a box: questions on its screen or in a terminal, then `posko.toml`.

`answers.py` and `site_file.py` are pure; `draft.py` keeps answers over a power cut; `app.py`
has the pages; `installing.py` is what root does; `machine.py` is what need not be asked.
"""
