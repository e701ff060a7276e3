from appliance.domain.cases.service_request import TRANSITIONS
from scripts import draw_escalation, draw_status
from tests.support.repository import read


def test_the_page_shows_the_table_as_it_is() -> None:
    page = read("docs/status.md")
    assert draw_status.renewed(page) == page, "run `make status`"


def test_every_legal_move_and_no_other_is_drawn() -> None:
    edges = [line.split(" --> ") for line in draw_status.drawing().splitlines() if " --> " in line]
    drawn = {(a.strip(), b.strip()) for a, b in edges if a.strip() != "[*]"}
    everywhere = {b for a, b in drawn if a == "terbuka"}
    unfolded = {pair for pair in drawn if pair[0] != "terbuka"}
    unfolded |= {(str(a), b) for a in draw_status._OPEN for b in everywhere}
    assert unfolded == {(str(a), str(b)) for a, targets in TRANSITIONS.items() for b in targets}


def test_the_table_of_escalation_is_the_shipped_one() -> None:
    page = draw_escalation.PAGE.read_text(encoding="utf-8")
    assert draw_escalation.renewed(page) == page, "run `make status`"
