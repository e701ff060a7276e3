"""Is it the small window that a phone opens for a captive portal? Pure.

Such a window forgets cookies, and on Android it cannot choose a file (CaptivePortalLoginActivity
has no file chooser). Apple's says neither Safari nor Version, Android's says `wv`.
"""

_APPLE = ("iPhone", "iPad", "Macintosh")


def is_mini_browser(user_agent: str) -> bool:
    """Whether a photo cannot be sent from here; False in doubt."""
    if "CaptiveNetworkSupport" in user_agent or "; wv)" in user_agent:
        return True
    is_apple = any(device in user_agent for device in _APPLE) and "AppleWebKit" in user_agent
    return is_apple and "Safari" not in user_agent and "Version/" not in user_agent
