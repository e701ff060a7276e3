"""What the command center sees at a glance: figures, map, alarms and the health of the boxes.

Figures come from counts that are kept with each change (`store.daily_counts`), so that a million
requests cost no more than a hundred. Confidential reports are counted as one class, without place,
topic or agency.
"""
