"""Reports that a unit alone can open."""

from appliance.domain import sealing

SECRET, UNIT_SECRET = bytes(range(32)), bytes(range(1, 33))
KEY, UNIT_KEY = sealing.public_key(SECRET), sealing.public_key(UNIT_SECRET)
KEYS = {"*": KEY, "DP3APM": UNIT_KEY}
