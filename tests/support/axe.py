"""What axe-core finds wrong with a page for those who see, hear or move otherwise."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

ENHANCED_CONTRAST = "color-contrast-enhanced"
"""WCAG 2.2, 1.4.6: 7:1, and 4.5:1 for large text."""

_RUN = """async rules => {
    const found = await axe.run(document, { rules, resultTypes: ['violations'] });
    return found.violations.flatMap(rule => rule.nodes.map(
        node => `${rule.id}: ${node.html.slice(0, 120)} (${node.failureSummary.split('\\n')[1]})`));
}"""


def barriers(page: Page, *, is_enhanced: bool = False) -> list[str]:
    """Every violation on the page, one a line; with `is_enhanced`, of contrast 7:1 too."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN, {ENHANCED_CONTRAST: {"enabled": is_enhanced}})
    return found


def is_clean(page: Page, *, is_enhanced: bool = False) -> None:
    """Assert that axe-core has nothing to say."""
    found = barriers(page, is_enhanced=is_enhanced)
    assert found == [], f"{page.url}: {json.dumps(found, indent=1)}"
