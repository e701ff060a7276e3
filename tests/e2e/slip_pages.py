"""The kiosk's pages about a slip."""

import re
import urllib.request
from urllib.parse import urlencode

from tests.support.people import Browser


def report(browser: Browser) -> str:
    browser.open("/lapor")
    for button in ("lang=id", "choose=sampah", "go=write"):
        browser.press(button)
    browser.press(text="sampah menumpuk di pasar", button="go=next")
    for button in ("place=14.71.07.1005", "go=next", "go=next", "agree=no"):
        browser.press(button)
    found = re.search(r"/tiket/(\d\d)(\d{3})(\d{3})", browser.url)
    assert found
    return " ".join(found.groups())


def look_again(browser: Browser) -> str:
    return urllib.request.urlopen(browser.url, timeout=10).read().decode()


def touch_print_again(browser: Browser) -> None:
    form = look_again(browser).partition('<form action="/cetak')[2]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    urllib.request.urlopen(f"{browser.base}/cetak", urlencode(fields).encode(), timeout=10).close()
