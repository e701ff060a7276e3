import pytest

from captive_portal.mini_browser import is_mini_browser

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"


@pytest.mark.parametrize(
    "user_agent",
    [
        "CaptiveNetworkSupport-443 wispr",
        "Mozilla/5.0 (Linux; Android 14; SM-A155F; wv) AppleWebKit/537.36 Version/4.0 Chrome/120",
        f"{IPHONE} Mobile/15E148",
    ],
)
def test_the_windows_of_captive_portals_are_known(user_agent: str) -> None:
    assert is_mini_browser(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
        f"{IPHONE} Version/17.0 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0",
    ],
)
def test_browsers_are_not(user_agent: str) -> None:
    assert not is_mini_browser(user_agent)
