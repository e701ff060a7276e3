"""Server-sent events whose answers end at once: the browser comes again by itself.

An answer that stayed open would hold a thread of the server for as long as a wall hangs, and there
are four. So each says whether anything has changed since the version that the page shows, and
`retry` when to ask again; the snapshot that is compared is made once for all (`snapshot`).
"""

import json
from datetime import datetime

from appliance.domain.moment import local

RETRY_MS = 2000
MEDIA_TYPE = "text/event-stream"
CHANGED, SAME = "berubah", "tetap"


def answer(seen: str, version: str, at: datetime) -> str:
    """What a page hears that shows version `seen`; its id comes back in `Last-Event-ID`."""
    name = SAME if seen == version else CHANGED
    data = json.dumps({"pukul": local(at).strftime("%H.%M.%S")})
    return f"retry: {RETRY_MS}\nid: {version}\nevent: {name}\ndata: {data}\n\n"
