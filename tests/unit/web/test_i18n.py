"""Languages: which one is chosen, how it is kept, and whether the catalogs are whole."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import url_for
from werkzeug.datastructures import LanguageAccept

from web import i18n
from web.face import Plate, new_app
from web.security import public

ROOT = Path(__file__).parents[3]
CATALOGS = sorted((ROOT / "web" / "locale").glob("*/LC_MESSAGES/posko.po"))
SPOKEN_TO_RESIDENTS = ("web", "captive_portal", "appliance")
"""Staff pages of the city are Indonesian only."""


@public
def show() -> str:
    return f"{i18n.language()} {url_for('show')} {i18n.switched_language()}"


@pytest.fixture
def client():
    app = new_app(__name__, plate=Plate(name="Posko", place="Uji"))
    app.add_url_rule("/", "show", show, methods=["GET", "POST"])
    return app.test_client()


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ([], "id"),
        ([("en", 1)], "en"),
        ([("en-US", 1), ("id", 0.5)], "en"),
        ([("in-ID", 1), ("en", 0.5)], "id"),
        ([("ms", 1), ("en", 0.9)], "id"),
        ([("de", 1), ("en", 0.5)], "en"),
        ([("de", 1)], "id"),
        ([("*", 1)], "id"),
    ],
)
def test_the_browsers_wish(accepted: list[tuple[str, float]], expected: str) -> None:
    assert i18n.preferred(LanguageAccept(accepted)) == expected


def test_the_address_beats_the_browser_and_is_carried_on(client) -> None:
    page = client.get("/?lang=id", headers={"Accept-Language": "en"})
    assert page.text == "id /?lang=id False"


def test_without_a_choice_links_stay_plain(client) -> None:
    assert client.get("/", headers={"Accept-Language": "en"}).text == "en / False"


def test_a_screen_that_many_touch_greets_in_indonesian_until_told_otherwise(client) -> None:
    """Debian's Chromium wishes English whatever it is told, without a package of translations."""
    i18n.share_screen(client.application)
    english = {"Accept-Language": "en-US,en;q=0.9"}
    assert client.get("/", headers=english).text == "id / False"
    assert client.get("/?lang=en", headers=english).text == "en /?lang=en False"


def test_a_language_we_lack_is_no_choice(client) -> None:
    assert client.get("/?lang=xx").text == "id / False"


def test_the_button_in_a_form_beats_the_address(client) -> None:
    assert client.post("/?lang=id", data={"lang": "en"}).text == "en /?lang=en True"


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    """Every translatable sentence of the templates."""
    mapping, options = parse_mapping_cfg(io.StringIO((ROOT / "web/locale/babel.cfg").read_text()))
    return {
        message if isinstance(message, str) else message[0]
        for package in SPOKEN_TO_RESIDENTS
        for _, _, message, _, _ in extract_from_dir(ROOT / package, mapping, options)
    }


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_every_sentence_is_translated_and_none_is_left_over(path: Path, sentences) -> None:
    catalog = read_po(io.BytesIO(path.read_bytes()))
    translated = {message.id for message in catalog if message.id and message.string}
    assert sentences - translated == set(), "run scripts/i18n.sh and translate"
    assert translated - sentences == set(), "run scripts/i18n.sh"


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_the_compiled_catalog_is_up_to_date(path: Path) -> None:
    """The header differs with the release of Babel that wrote it; the sentences may not."""
    source = read_po(io.BytesIO(path.read_bytes()))
    compiled = read_mo(io.BytesIO(path.with_suffix(".mo").read_bytes()))
    assert _translations(compiled) == _translations(source), "run scripts/i18n.sh"


def _translations(catalog: Catalog) -> dict[object, object]:
    return {message.id: message.string for message in catalog if message.id and message.string}


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_translations_keep_the_placeholders(path: Path) -> None:
    for message in read_po(io.BytesIO(path.read_bytes())):
        places = re.findall(r"%\(\w+\)s", str(message.id))
        assert sorted(places) == sorted(re.findall(r"%\(\w+\)s", str(message.string)))


def test_lists_of_words_have_as_many_words_in_every_language() -> None:
    for words in (
        "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
        "nol satu dua tiga empat lima enam tujuh delapan sembilan",
    ):
        for language in i18n.LANGUAGES:
            assert len(i18n.catalog(language).gettext(words).split()) == len(words.split())
