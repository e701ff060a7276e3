"""The web floor knows how to look, not what is looked at (docs/adr/0004)."""

import re
from pathlib import Path

from appliance.domain.cases.service_request import Sensitivity, Status

WEB = Path(__file__).parents[3] / "web"


def test_no_state_of_a_request_is_named_in_the_web_floor() -> None:
    codes = re.compile("[\"'](" + "|".join([*Status, *Sensitivity]) + ")[\"']")
    found = {
        f"{path.relative_to(WEB)}: {code}"
        for path in WEB.rglob("*")
        if path.suffix in {".py", ".html"}
        for code in codes.findall(path.read_text(encoding="utf-8"))
    }
    assert found == set()
