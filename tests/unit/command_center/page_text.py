"""Pages of the city as a person reads them."""

import html
import re

from flask.testing import FlaskClient

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> {{ 7*7 }} \u202e'
"""What a page must show as it is."""


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.text


def words(text: str) -> str:
    """The page as a person reads it."""
    plain = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(plain).split())
