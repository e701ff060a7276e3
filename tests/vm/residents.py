"""What people do with their phones in the WiFi of the box, as a browser without scripts does it."""

import re
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from tests.vm.places import PORTAL_HOST
from tests.wifi.http import Answer
from tests.wifi.places import PROBES, WWW, Probe

PORTAL = f"http://{PORTAL_HOST}"
_FORM = "Content-Type: application/x-www-form-urlencoded"


def probe(phone: Any, one: Probe = PROBES[0]) -> Answer:
    """Ask whether it is online, as the systems of phones do."""
    return phone.get(f"http://{one.host}{one.path}", to=WWW)


def is_online(phone: Any) -> bool:
    """Whether the Internet itself answers; a connection that is cut off is no answer."""
    with suppress(OSError):
        return probe(phone).is_internet
    return False


def tap(phone: Any) -> Answer:
    """Ask for a session."""
    return phone.get(f"{PORTAL}/wifi/sambung", method="POST")


def complain(phone: Any, text: str) -> str:
    """Fill in the form; where the portal leads to then, which is the page of the ticket."""
    return send(phone, open_form(phone), text)


def open_form(phone: Any) -> str:
    """The id that the form gives to whatever is sent with it."""
    page = phone.get(f"{PORTAL}/lapor").body.decode()
    [number] = re.findall('name="submission_id" value="([^"]+)"', page)
    return number


def send(phone: Any, submission_id: str, text: str, *, number: str = "") -> str:
    """Send it, or send it again; `number` is the resident's own."""
    body = urlencode(_fields(submission_id, text, number)).encode()
    return phone.get(f"{PORTAL}/lapor", _FORM, method="POST", body=body).location


def send_with_photo(phone: Any, submission_id: str, text: str, size_bytes: int) -> str:
    """The same with a photo of that size, which the phone has made."""
    fields = _fields(submission_id, text, "")
    location: str = phone.post_photo(f"{PORTAL}/lapor", fields, size_bytes).location
    return location


def _fields(submission_id: str, text: str, number: str) -> dict[str, str]:
    fields = {"submission_id": submission_id, "kind": "pengaduan", "text": text, "kelurahan": ""}
    return fields | ({"phone": number} if number else {})
