"""Contrast of the design system's colours, computed as WCAG 2.2 does (section 1.4.3, 1.4.6)."""

import re
from itertools import product
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[3] / "web/static/posko.css").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", CSS))

ANYWHERE = 4.5
KIOSK = 7.0

# text colour, ground, least ratio
PAIRS = [
    *((text, ground, KIOSK) for text, ground in product(("ink", "ink-soft"), ("paper", "surface"))),
    *(("accent", ground, KIOSK) for ground in ("paper", "surface", "accent-tint")),
    ("ink", "accent-tint", KIOSK),
    ("ink-soft", "sunken", ANYWHERE),
    ("accent-deep", "accent-tint", KIOSK),
    *(
        ("on-accent", ground, KIOSK)
        for ground in ("accent", "accent-deep", "danger", "danger-deep")
    ),
    *(("danger", ground, KIOSK) for ground in ("paper", "surface")),
    *(("danger-deep", ground, KIOSK) for ground in ("danger-tint", "surface")),
    *((tone, f"{tone}-tint", 7.0) for tone in ("warn", "good")),
    *((tone, f"{tone}-tint", ANYWHERE) for tone in ("info", "quiet")),
    ("good", "paper", KIOSK),
    ("brass", "accent", ANYWHERE),
    ("line-strong", "surface", 3.0),
    ("line-strong", "paper", 3.0),
]


def luminance(colour: str) -> float:
    channels = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_knows_black_and_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(("text", "ground", "least"), PAIRS, ids=str)
def test_text_can_be_read(text: str, ground: str, least: float) -> None:
    assert contrast(COLOURS[text], COLOURS[ground]) >= least


def test_colours_are_named_once() -> None:
    tokens, rest = CSS.split("/* --- ground", 1)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", rest) == []
    assert len(re.findall(r"#[0-9a-f]{6}", tokens)) == len(COLOURS)


def test_no_style_reaches_for_another_host() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
