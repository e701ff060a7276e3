"""The kiosk's screens as tests touch them."""

import re

from flask.testing import FlaskClient

from appliance.runtime.settings import Site

SITE = Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru")


def touch(kiosk: FlaskClient, page, **button: str):
    """Send the form of `page` as the browser would, with one button pressed."""
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    for name in ("text", "location", "phone"):
        fields.setdefault(name, "")
    action = re.search(r'action="(/lapor[^"]*)"', page.text)
    return kiosk.post(action[1] if action else "/lapor", data={**fields, **button})


def ticket_of(sent) -> str:
    found = re.search(r"/tiket/(\d{8})", sent.headers["Location"])
    assert found
    return found[1]


def begun(kiosk: FlaskClient):
    """The first question after the language."""
    return touch(kiosk, kiosk.get("/lapor"), lang="id")


def reviewed(kiosk: FlaskClient, phrase: str = "Sampah menumpuk", **typed: str):
    """The screen that reads back."""
    page = begun(kiosk)
    for pressed in ({"choose": "sampah"}, {"phrase": phrase}, {"place": "14.71.07.1005"}):
        page = touch(kiosk, page, **pressed)
    return touch(kiosk, page, go="next", **typed)


def confirmed(kiosk: FlaskClient, phrase: str = "Sampah menumpuk", **typed: str):
    """The last question."""
    return touch(kiosk, reviewed(kiosk, phrase, **typed), go="next")
