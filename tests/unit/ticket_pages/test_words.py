"""The words about requests, and that they cover all that the domain can say."""

from datetime import UTC, datetime

import pytest
from flask import render_template_string

from appliance.domain.cases.progress import HANDLED, Message, PublicStatus
from appliance.domain.cases.service_request import Status
from appliance.runtime.settings import Settings, Site
from appliance.ticket_pages.face import new_face

SETTINGS = Settings(site=Site(code="14.71.07", name="Bukit Raya", city="Pekanbaru"))
IMPORT = '{% import "tickets/words.html" as words %}{% import "tickets/parts.html" as parts %}'
STATES = [*Status, HANDLED]
PROMISES_A_REASON = (Status.DEFERRED, Status.NOT_OURS, Status.ARCHIVED)


def render(source: str, path: str = "/", **values: object) -> str:
    with new_face(__name__, SETTINGS).test_request_context(path):
        return render_template_string(IMPORT + source, **values)


def a_status(state: str, *texts: str, is_message_withheld: bool = False) -> PublicStatus:
    at = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    messages = tuple(Message(text=text, state=state, agency="DLHK", at=at) for text in texts)
    return PublicStatus(
        ticket="07123450",
        state=state,
        messages=messages,
        is_message_withheld=is_message_withheld,
    )


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("path", ["/", "/?lang=en"])
def test_every_state_has_a_word_a_sentence_and_a_chip(state: str, path: str) -> None:
    word = render("{{ words.status_word(s) }}", path, s=state)
    assert word not in (*STATES, "")
    assert render("{{ words.status_sentence(s) }}", path, s=a_status(state))
    assert f">{word}</span>" in render("{{ parts.state_chip(s) }}", path, s=state)


def test_a_chip_has_the_tone_of_its_stage() -> None:
    assert 'class="chip chip-alert"' in render("{{ parts.state_chip(s) }}", s=Status.NEEDS_DETAILS)


@pytest.mark.parametrize("state", PROMISES_A_REASON)
def test_a_reason_below_is_promised_only_where_it_is_shown(state: Status) -> None:
    told = render("{{ parts.status_card(s) }}", s=a_status(state, "Alasan itu"))
    assert "ada di bawah" in told
    assert "Alasan itu" in told
    untold = render("{{ parts.status_card(s) }}", s=a_status(state))
    assert "ada di bawah" not in untold
    assert "kantor kecamatan" in untold


def test_a_withheld_message_is_said_to_be_withheld() -> None:
    card = render("{{ parts.status_card(s) }}", s=a_status("diproses", is_message_withheld=True))
    assert "hanya terbuka dengan PIN" in card


def test_a_message_never_becomes_markup() -> None:
    card = render("{{ parts.status_card(s) }}", s=a_status("diproses", "<script>x</script>"))
    assert "<script>" not in card


def test_a_ticket_is_said_digit_by_digit_in_its_groups() -> None:
    said = render("{{ words.spoken('07123450') }}")
    assert said == "nol tujuh – satu dua tiga – empat lima nol"
    assert render("{{ words.spoken('07123450') }}", "/?lang=en").startswith("zero seven – one")
