"""The words of the shared templates, and that they cover what the domain can say."""

from datetime import UTC, datetime

import pytest
from flask import render_template_string

from appliance.domain.service_request import Status
from web.face import Plate, new_app

IMPORT = '{% import "ui/words.html" as words %}{% import "ui/components.html" as ui %}'


def render(source: str, path: str = "/", **values: object) -> str:
    app = new_app(__name__, plate=Plate(name="Posko", place="Uji"))
    with app.test_request_context(path):
        return render_template_string(IMPORT + source, **values)


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_word_a_sentence_and_a_tone(status: Status) -> None:
    word = render("{{ words.status_word(s) }}", s=status)
    assert word != status.value
    assert render("{{ words.status_sentence(s) }}", s=status)
    assert 'class="chip chip-' in render("{{ ui.chip(s) }}", s=status)


def test_a_ticket_is_said_digit_by_digit_in_its_groups() -> None:
    said = render("{{ words.spoken('07123450') }}")
    assert said == "nol tujuh – satu dua tiga – empat lima nol"
    assert render("{{ words.spoken('07123450') }}", "/?lang=en").startswith("zero seven – one")


def test_a_moment_is_told_on_the_offices_clock() -> None:
    at = datetime(2026, 11, 21, 18, 5, tzinfo=UTC)
    assert render("{{ words.moment(at|local) }}", at=at) == "22 November 2026, pukul 01.05 WIB"
    assert (
        render("{{ words.moment(at|local) }}", "/?lang=en", at=at) == "22 November 2026, 01:05 WIB"
    )


def test_typed_text_never_becomes_markup() -> None:
    page = render("{{ ui.text_area('text', 'Isi', v) }}", v="</textarea><script>x</script>")
    assert "<script>" not in page


def test_a_leading_line_break_survives_the_text_area() -> None:
    # HTML drops one line break right after <textarea>; the macro writes one to lose.
    assert ">\n\nbaris" in render("{{ ui.text_area('text', 'Isi', v) }}", v="\nbaris")


def test_an_error_is_tied_to_its_field() -> None:
    page = render("{{ ui.text_input('phone', 'HP', '', error='Salah') }}")
    assert 'aria-describedby="e-phone "' in page
    assert 'id="e-phone"' in page
    assert 'aria-invalid="true"' in page
