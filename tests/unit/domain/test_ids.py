import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.errors import BadInput
from appliance.domain.ids import SERIALS_PER_SITE, SiteCode, Ticket

tickets = st.builds(
    Ticket.issue,
    st.integers(1, 99).map(lambda n: f"{n:02d}"),
    st.integers(0, SERIALS_PER_SITE - 1),
)


def test_the_ticket_of_the_design_is_valid_and_its_neighbour_is_not() -> None:
    assert str(Ticket.parse("07123450")) == "07 123 450"
    with pytest.raises(BadInput):
        Ticket.parse("07123456")


@given(tickets, st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(ticket: Ticket, place: int, shift: int) -> None:
    wrong = str((int(ticket.digits[place]) + shift) % 10)
    with pytest.raises(BadInput):
        Ticket(ticket.digits[:place] + wrong + ticket.digits[place + 1 :])


@given(tickets, st.integers(0, 6))
def test_two_swapped_neighbours_are_noticed(ticket: Ticket, place: int) -> None:
    d = ticket.digits
    swapped = d[:place] + d[place + 1] + d[place] + d[place + 2 :]
    if swapped != d:
        with pytest.raises(BadInput):
            Ticket(swapped)


@pytest.mark.parametrize(
    "typed",
    [
        "07123450",
        "07 123 450",
        "07-123-450",
        "07.123.450",
        " O7 l23 4S0 ",
        "07 I23 45o",
        "#07 123 450",
        "Tiket 07 123 450",
        "Tiket no. 07123450",
        "٠٧ ١٢٣ ٤٥٠",
    ],
)
def test_a_ticket_is_read_as_people_type_it(typed: str) -> None:
    assert Ticket.parse(typed).digits == "07123450"


@given(st.text())
def test_any_text_is_a_ticket_or_bad_input(typed: str) -> None:
    with contextlib.suppress(BadInput):
        assert len(Ticket.parse(typed).digits) == 8


@given(tickets)
def test_a_printed_ticket_is_read_back(ticket: Ticket) -> None:
    assert Ticket.parse(str(ticket)) == ticket


def test_a_site_code_gives_topic_levels_without_dots() -> None:
    site = SiteCode("14.71.07")
    assert (site.city, site.site, site.ticket_prefix) == ("1471", "147107", "07")
    assert SiteCode.from_topic("147107") == site


@pytest.mark.parametrize("code", ["", "147107", "14.71", "14.71.7", "14.71.07.1005", "aa.bb.cc"])
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(BadInput, match="kecamatan code"):
        SiteCode(code)
