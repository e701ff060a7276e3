"""The people of an end-to-end test: a resident at each channel and an officer in the city.

Residents behave as people do: when a page does not answer, they press the button again.
"""

import re
from pathlib import Path

import mechanicalsoup
import requests
from requests.exceptions import ChunkedEncodingError

from appliance.domain.ids import Ticket
from tests.sim.control import ModemControl
from tests.support.waiting import wait_for

TIMEOUT_S = 10
FORM = "form:has(input[name=submission_id]), main form"
_TICKET_PATH = re.compile(r"/tiket/([0-9]{8})")


class Browser:
    """A browser without JavaScript that repeats what fails on the network."""

    def __init__(self, base: str, cookies: dict[str, str] | None = None) -> None:
        self.base = base
        self._browser = mechanicalsoup.StatefulBrowser(raise_on_404=False)
        self._browser.session.cookies.update(cookies or {})

    def open(self, path: str) -> str:
        """Open a page; returns its HTML."""
        self._repeat(lambda: self._browser.open(self.base + path, timeout=TIMEOUT_S))
        return str(self._browser.page)

    def press(self, button: str | None = None, *, within: str = FORM, **fields: str) -> str:
        """Fill a form of the page, press a button (`name=value`), return the new page."""
        form = self._browser.select_form(within)
        for name, value in fields.items():
            self._browser[name] = value
        if button:
            name, _, value = button.partition("=")
            element = form.form.select_one(f'button[name="{name}"][value="{value}"]')
            assert element, f"no button {button}"
            form.choose_submit(element)
        page = self._browser.page
        self._repeat(lambda: self._submit_again(page))
        return str(self._browser.page)

    @property
    def url(self) -> str:
        """Where the browser is."""
        return str(self._browser.url)

    def _submit_again(self, page: object) -> requests.Response:
        assert self._browser.page is page
        return self._browser.submit_selected(update_state=True, timeout=TIMEOUT_S)

    def _repeat(self, act: object) -> None:
        def done() -> bool:
            try:
                response = act()  # type: ignore[operator]
            except (requests.ConnectionError, requests.Timeout, ChunkedEncodingError):
                return False  # the last is a server that died in the middle of its answer
            return bool(response.status_code < 500)

        wait_for(done, "the page answers", limit_s=60)


def ticket_of(url: str) -> Ticket:
    """The ticket in the address of a ticket page."""
    match = _TICKET_PATH.search(url)
    assert match, f"not a ticket page: {url}"
    return Ticket(match[1])


def report_on_portal(base: str, text: str, phone: str = "") -> Ticket:
    """A resident fills the portal's form."""
    browser = Browser(base)
    browser.open("/lapor")
    browser.press(text=text, phone=phone)
    return ticket_of(browser.url)


def report_with_photo(base: str, text: str, photo: bytes, phone: str = "") -> Ticket:
    """A resident adds a photo to the portal's form."""
    page = requests.get(f"{base}/lapor", timeout=TIMEOUT_S).text
    [page_id] = re.findall(r'name="submission_id" value="([^"]+)"', page)
    form = {"text": text, "phone": phone, "submission_id": page_id}
    found: list[str] = []

    def sent() -> bool:
        try:
            answer = requests.post(
                f"{base}/lapor", data=form, files={"photo": ("a.jpg", photo)}, timeout=TIMEOUT_S
            )
        except (requests.ConnectionError, requests.Timeout):
            return False
        found.append(answer.url)
        return bool(answer.status_code < 500)

    wait_for(sent, "the portal takes the photo", limit_s=60)
    return ticket_of(found[-1])


def report_at_kiosk(base: str, text: str, phone: str = "") -> Ticket:
    """A walk-in goes through the kiosk's screens: a street light in a kelurahan they know not."""
    browser = Browser(base)
    browser.open("/lapor")
    browser.press("lang=id")
    browser.press("choose=pju")
    browser.press("go=write")
    browser.press("go=next", text=text)
    browser.press("place=")
    browser.press("go=next", phone=phone)
    page = browser.press("go=next")
    if 'name="agree"' in page:  # of a confidential report nobody is asked
        browser.press("agree=no")
    return ticket_of(browser.url)


class Air:
    """The air side of the simulated network."""

    def __init__(self, control: Path) -> None:
        self._control = ModemControl(control)

    def send(self, phone: str, text: str) -> None:
        """A resident texts the call centre."""
        self._control.sms(phone, text)

    def received_by(self, phone: str) -> list[str]:
        """The texts that reached this phone."""
        return [sms["text"] for sms in self._control.delivered() if sms["to"].endswith(phone[-9:])]


def decide(officer: Browser, request_id: str, status: str, message: str) -> None:
    """An officer opens a request in the command center and moves it."""
    officer.open(f"/permohonan/{request_id}")
    form = f'form[action="/permohonan/{request_id}"]:has([name=message]:not([type=hidden]))'
    officer.press(within=form, status=status, message=message)
