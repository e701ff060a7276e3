"""The words and building blocks of the shared templates."""

from datetime import UTC, datetime

from flask import render_template_string

from web.face import Plate, new_app

IMPORT = '{% import "ui/words.html" as words %}{% import "ui/components.html" as ui %}'


def render(source: str, path: str = "/", **values: object) -> str:
    app = new_app(__name__, plate=Plate(name="Posko", place="Uji"))
    with app.test_request_context(path):
        return render_template_string(IMPORT + source, **values)


def test_a_chip_shows_the_word_and_tone_it_is_given() -> None:
    assert render("{{ ui.chip('Baru', 'new') }}") == '<span class="chip chip-new">Baru</span>'


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
