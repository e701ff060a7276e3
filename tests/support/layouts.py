"""The boxes whose system files are kept whole: tests/golden/firmware/CASE/posko.toml."""

from appliance.runtime import settings
from appliance.runtime.settings import Settings
from tests.support.golden import FOLDER

LAYOUTS = FOLDER / "firmware"
CASES = sorted(path.parent.name for path in LAYOUTS.glob("*/posko.toml"))


def layout(case: str) -> Settings:
    """The settings of one of them."""
    return settings.load(LAYOUTS / case / "posko.toml")
