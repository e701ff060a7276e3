"""How long what is kept (docs/privacy.md); the city's archivist may want other times."""

from datetime import timedelta

from appliance.domain.wifi import sessions as wifi

PERSONAL_FIELDS = timedelta(days=2 * 365)
"""Of a request, after its end: then it is a figure of statistics."""
RAW_SMS = timedelta(days=180)
"""Words and numbers of SMS, in and out, as they came and went."""
SPAM = timedelta(days=30)
"""SMS that nobody answered: operators, one-time codes, promotions."""
CONFIDENTIAL_AT_THE_BOX = timedelta(hours=24)
"""After the city has it."""
CONFIDENTIAL_PHONE = timedelta(days=30)
"""Of its reporter at the box, after its end: until then she may still dispute it."""
PROCESSING_LOG = timedelta(days=5 * 365)
WIFI = wifi.KEPT
UNREADABLE = timedelta(days=30)
"""Messages that the city could not read: nobody knows what is in them."""
RECORDING = timedelta(days=14)
"""Of a voice, after staff have written it down: so long a doubt about a word can be settled."""
LATE_PARTS = timedelta(days=2)
"""Hashes of erased SMS of which a part may still come."""
