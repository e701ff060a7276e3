"""What a city adds to the names of its kelurahan."""

import pytest

from appliance.domain.city import table_checks
from appliance.domain.city.city_tables import Published, Tables, as_shipped
from appliance.domain.errors import BadInput
from appliance.domain.triage import place_names
from appliance.domain.triage.judgement import classify

LABUAI, DELIMA = "14.71.07.1011", "14.71.08.1008"
ROWS = [
    {"name": "Perum Damai Langgeng", "kelurahan": DELIMA},
    {"name": "panam ujung", "kelurahan": DELIMA},
    {"name": "Simpang Bingung", "kelurahan": LABUAI},
]
NAMES = place_names.parse(ROWS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sampah di perum damai langgeng menumpuk", DELIMA),
        ("PERUM DAMAI LANGENG banjir", DELIMA),
        ("macet di smpg bingung", LABUAI),
        ("jl panam ujung rusak", None),
        ("panam banjir, ujung jalan rusak", None),
        ("saya bingung", None),
        ("", None),
    ],
)
def test_a_published_name_means_its_kelurahan_but_no_street_of_that_name(
    text: str, code: str | None
) -> None:
    assert NAMES.kelurahan(text) == code
    assert classify(text).kelurahan is None


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("Perum Baru", "14.71.99.1001", "no kelurahan"),
        ("abc", DELIMA, "4 to 60"),
        ("a, b dan c", DELIMA, "letters and digits"),
        ("satu dua tiga empat lima enam tujuh", DELIMA, "at most 6 words"),
        ("Tampan", DELIMA, "is a name that is shipped"),
        ("PERUM damai LANGGENG", DELIMA, "stands there twice"),
    ],
)
def test_a_name_that_would_mislead_is_refused(name: str, code: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        table_checks.check(
            place_names.TABLE, [*ROWS, {"name": name, "kelurahan": code}], as_shipped()
        )


def test_an_empty_table_takes_all_names_back() -> None:
    table_checks.check(place_names.TABLE, [], as_shipped())
    assert Tables({place_names.TABLE: Published(9, [])}).place_names.names == ()
    published = Tables({place_names.TABLE: Published(9, ROWS)})
    assert published.place_names == NAMES
    assert published.routing_version == as_shipped().routing_version
