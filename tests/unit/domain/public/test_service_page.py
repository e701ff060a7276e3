"""Services: what is shipped, what is shown, what a few words find."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.domain.errors import BadInput
from appliance.domain.public import service_page
from appliance.domain.public.service_page import Saved, ServicePage

SHIPPED = service_page.shipped()


def visible(**saved: Saved) -> dict[str, ServicePage]:
    return {page.slug: page for page in service_page.visible(saved, SHIPPED)}


def mine(slug: str, *, is_shown: bool = True, **changes: str) -> Saved:
    page = ServicePage(slug=slug, **{"title": "KTP", **changes})
    return Saved(page=page, is_shown=is_shown, based_on=1)


def titles(query: str) -> list[str]:
    return [page.slug for page in service_page.search(visible().values(), query)]


@pytest.mark.parametrize("slug", SHIPPED)
def test_what_is_shipped_fits_a_page_and_names_its_source(slug: str) -> None:
    assert service_page.checked(SHIPPED[slug].page).title
    assert SHIPPED[slug].source


def test_what_the_kecamatan_must_confirm_is_not_shown_before() -> None:
    assert "sktm" in SHIPPED
    assert "sktm" not in visible()
    ktp = visible()["ktp"]
    assert (ktp.duration, ktp.hours, ktp.place) == ("", "", "")
    assert "79A" in ktp.fee


def test_a_page_that_staff_have_saved_replaces_the_one_shipped() -> None:
    assert visible(ktp=mine("ktp", hours="08.00-15.00"))["ktp"].hours == "08.00-15.00"
    assert "sktm" in visible(sktm=mine("sktm", title="SKTM"))
    assert "ktp" not in visible(ktp=mine("ktp", is_shown=False))
    assert "parkir" in visible(parkir=mine("parkir", title="Parkir"))


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("ktp", "ktp"),
        ("KTP hilang", "ktp-hilang"),
        ("cara bikin kk", "kk"),
        ("akte lahir", "akta-lahir"),
        ("bayi", "akta-lahir"),
        ("surat pindah", "pindah"),
        ("kartu anak", "kia"),
        ("ktp zzz", "ktp"),
    ],
)
def test_simple_words_find_a_service(query: str, first: str) -> None:
    assert titles(query)[0] == first


def test_empty_words_show_all_and_unknown_ones_nothing() -> None:
    assert titles("") == titles("cara mengurus surat") == list(visible())
    assert titles("xyzzy") == []


@settings(max_examples=80)
@given(st.text(max_size=60))
def test_any_search_finds_pages_there_are(query: str) -> None:
    assert set(titles(query)) <= set(visible())


@settings(max_examples=80)
@given(st.text(max_size=80))
def test_a_title_makes_an_address_or_none(title: str) -> None:
    slug = service_page.slug_of(title)
    assert not slug or service_page.checked(ServicePage(slug=slug, title="x")).slug == slug


@pytest.mark.parametrize(
    "page",
    [
        ServicePage(slug="Ktp", title="x"),
        ServicePage(slug="../etc", title="x"),
        ServicePage(slug="ktp", title=""),
        ServicePage(slug="ktp", title="x" * 81),
        ServicePage(slug="ktp", title="x", requirements="x" * 2001),
    ],
)
def test_what_does_not_fit_is_refused(page: ServicePage) -> None:
    with pytest.raises(BadInput):
        service_page.checked(page)
