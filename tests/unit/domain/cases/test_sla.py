"""How long an answer and an end may take."""

from datetime import timedelta

import pytest

from appliance.domain.cases import sla
from appliance.domain.cases.service_request import Kind
from appliance.domain.city.city_tables import as_shipped
from appliance.domain.privacy import sealing
from appliance.domain.reference import categories, rows


@pytest.mark.parametrize(
    ("kind", "category", "name", "respond", "finish"),
    [
        ("pengaduan", "sampah", "biasa", 1, 2),
        ("pengaduan", "jalan_rusak", "biasa", 3, 14),
        ("aspirasi", "jalan_rusak", "biasa", 3, 14),
        ("permintaan_informasi", "jalan_rusak", "informasi", 3, 5),
        ("permintaan_informasi", "sampah", "informasi", 1, 5),
        ("pengaduan", "pungli_aparat", "pengawasan", 3, 60),
        ("darurat", "banjir_drainase", "darurat", 0, 14),
        ("pengaduan", "of_tomorrow", "biasa", 3, 14),
        ("of_tomorrow", "sampah", "biasa", 1, 2),
    ],
)
def test_the_class_decides_and_leaves_the_rest_to_the_category(
    kind: str, category: str, name: str, respond: int, finish: int
) -> None:
    found = sla.terms(kind, category, as_shipped())
    assert (found.name, found.respond_days, found.finish_days) == (name, respond, finish)


def test_what_must_be_taken_up_today_waits_minutes_and_not_days() -> None:
    assert sla.terms("darurat", "pju", as_shipped()).respond_within == timedelta(minutes=10)
    for kind in Kind:
        for category in categories():
            terms = sla.terms(kind, category, as_shipped())
            assert (terms.respond_days == 0) == (terms.respond_within is not None), category


def test_the_table_names_what_there_is() -> None:
    for row in rows("sla_classes.csv"):
        assert row["jenis"] in {"", *Kind}
        assert set(filter(None, row["kategori"].split("|"))) <= set(categories())


def test_a_sealed_request_has_the_shortest_terms_of_all_that_is_confidential() -> None:
    assert sla.terms("pengaduan", sealing.TOPIC, as_shipped()) == sla.terms(
        "pengaduan", "kekerasan", as_shipped()
    )
