"""How large things are on the kiosk's screen: 20 mm for a finger, whatever the screen. Pure.

The style sheet is laid out in `rem`, with targets of 4.75 rem. So the one thing to set is the size
of the root: from the width of the picture in millimetres, of which the browser knows nothing.
"""

FINGER_MM = 20
TARGET_REM = 4.75
LEAST_PX = 16
"""So that text is never below 24 px."""


def style(screen_mm: int | None) -> str:
    """The style sheet of a screen that is so wide; empty where that is not known."""
    if screen_mm is None:
        return ""
    root_vw = 100 * FINGER_MM / screen_mm / TARGET_REM
    return f"html {{ font-size: max({LEAST_PX}px, {root_vw:.4f}vw); }}\n"
