"""Take the pictures of the documentation: docs/screens/*.png, from running faces.

    python scripts/screenshots.py                                  (all, at the usual addresses)
    python scripts/screenshots.py --kiosk http://127.0.0.1:8081    (this face only)

A shot is data: where to go, then what to click and fill. Reports made on the way stay in the
database, so take pictures of a demonstration, never of a box in use.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
OUT = Path(__file__).parents[1] / "docs" / "screens"
FACES = {"portal": "http://127.0.0.1:8080", "kiosk": "http://127.0.0.1:8081"}
PHONE = (360, 740)
TOUCH_SCREEN = (1024, 600)
DESKTOP = (1280, 800)


@dataclass(frozen=True, slots=True)
class Fill:
    """Type into a field."""

    selector: str
    text: str


@dataclass(frozen=True, slots=True)
class Click:
    """Press a button or follow a link."""

    selector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture; `face` is the option that gives the base address."""

    name: str
    face: str
    size: tuple[int, int]
    path: str = "/"
    steps: tuple[Fill | Click, ...] = ()


_KIOSK_REPORT = (
    Click("[name=choose][value=sampah]"),
    Click("[name=phrase]"),
    Click("[name=place]"),
    Click(".kiosk-foot [value=next]"),
    Click("[value=send]"),
)

SHOTS = (
    Shot(name="portal-home", face="portal", size=PHONE),
    Shot(
        name="portal-form",
        face="portal",
        size=PHONE,
        path="/lapor",
        steps=(Fill("#f-text", "Lampu jalan mati sejak tiga malam, anak-anak takut lewat."),),
    ),
    Shot(
        name="portal-ticket",
        face="portal",
        size=PHONE,
        path="/lapor",
        steps=(
            Fill("#f-text", "Lampu jalan mati sejak tiga malam, anak-anak takut lewat."),
            Fill("#f-location", "Gang Anggrek, dekat masjid"),
            Click("main button.btn-primary"),
        ),
    ),
    Shot(name="kiosk-start", face="kiosk", size=TOUCH_SCREEN),
    Shot(name="kiosk-category", face="kiosk", size=TOUCH_SCREEN, path="/lapor"),
    Shot(name="kiosk-ticket", face="kiosk", size=TOUCH_SCREEN, path="/lapor", steps=_KIOSK_REPORT),
)


def main() -> None:
    """Take every shot whose face was given."""
    parser = argparse.ArgumentParser(description="Renew docs/screens from running faces.")
    for face in FACES:
        parser.add_argument(f"--{face}", metavar="URL", help=f"base address of the {face}")
    given = {face: url for face, url in vars(parser.parse_args()).items() if url}
    addresses: dict[str, str] = given or FACES
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        for shot in SHOTS:
            if address := addresses.get(shot.face):
                take(browser, shot, address.rstrip("/"))
        browser.close()


def take(browser: Browser, shot: Shot, address: str) -> None:
    """Walk to one page and write its picture."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if shot.size == PHONE else 1,
        locale="id-ID",
    )
    page = context.new_page()
    page.goto(address + shot.path)
    for step in shot.steps:
        act(page, step)
    page.wait_for_load_state("load")
    path = OUT / f"{shot.name}.png"
    page.screenshot(path=path)
    print(path.relative_to(OUT.parents[1]))
    context.close()


def act(page: Page, step: Fill | Click) -> None:
    """Do one step as a visitor would."""
    match step:
        case Fill(selector, text):
            page.fill(selector, text)
        case Click(selector):
            page.locator(selector).first.click()


if __name__ == "__main__":
    main()
