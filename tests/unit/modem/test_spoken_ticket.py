"""Which digits are a ticket, and which are somebody's phone or identity number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.domain.ids import Ticket
from modem import spoken_ticket

TICKETS = st.builds(Ticket.issue, st.sampled_from(["01", "07", "15"]), st.integers(0, 99_999))
DIGITS = st.text("0123456789", min_size=6, max_size=9)
MOBILE_PREFIXES = st.sampled_from(["811", "812", "813", "821", "852", "857", "878", "896", "881"])
MOBILES = st.builds(str.__add__, MOBILE_PREFIXES, DIGITS)
LANDLINES = st.builds(
    str.__add__,
    st.sampled_from(["761", "21", "751", "24"]),
    st.from_regex(r"[2-8][0-9]{5,6}", fullmatch=True),
)
IDENTITIES = st.from_regex(r"1471(0[1-9]|1[0-5])[0-7][0-9][01][0-9]{3}000[0-9]", fullmatch=True)
JOINTS = st.sampled_from(["", " ", "-", ".", " - ", "–"])
BEFORE = st.sampled_from(
    ["", "hub ", "tolong hub pak RT ", "hp: ", "wa", "CEK ", "no ", "belum ada air, "]
)
BEHIND = st.sampled_from(["", " terima kasih", ".", ", pak Budi", " (rumah)", " a.n. Siti"])


@st.composite
def phones(draw: st.DrawFn) -> str:
    """A phone as people write it: code, groups of two to five or none, any joint."""
    national = draw(st.one_of(MOBILES, LANDLINES))
    joint = draw(JOINTS)
    code = draw(st.sampled_from(["0", "+62", "+62 ", "62", "62-", "(+62) ", "+62-", "0062"]))
    if draw(st.booleans()):
        area, rest = national[:3], national[3:]
        size = draw(st.sampled_from([2, 3, 4, 5, 8, 9]))
        groups = [rest[at : at + size] for at in range(0, len(rest), size)]
        if code == "0" and draw(st.booleans()):
            return f"(0{area}) {joint.join(groups)}"
        return code + joint.join([area, *groups])
    return code + national


@given(BEFORE, phones(), BEHIND)
def test_a_phone_is_never_a_ticket(before: str, phone: str, behind: str) -> None:
    found = spoken_ticket.find(before + phone + behind)
    assert found is None or found.ticket is None


@given(IDENTITIES, st.sampled_from(["", " ", "-", "."]), st.sampled_from([(4, 4, 4, 4), (6, 6, 4)]))
def test_an_identity_number_is_never_a_ticket(
    digits: str, joint: str, sizes: tuple[int, ...]
) -> None:
    groups = [digits[sum(sizes[:n]) : sum(sizes[: n + 1])] for n in range(len(sizes))]
    found = spoken_ticket.find(f"NIK {joint.join(groups)}")
    assert found is None or found.ticket is None


@given(
    TICKETS,
    st.sampled_from([(8,), (2, 3, 3), (4, 4), (2, 6), (5, 3), (2, 2, 2, 2)]),
    st.sampled_from([" ", "-", ".", " - ", "/"]),
    st.sampled_from(["", "CEK ", "lampu mati ", "RT 3, ", "Tiket ", "hp 081234567890, "]),
    st.sampled_from(
        ["", " mati lagi", ", 3 hari", " o ya", ". Hub 0812-3456-7890", " dua lampu", "\n2 titik"]
    ),
)
def test_every_ticket_is_found_in_every_grouping_among_words(
    ticket: Ticket, sizes: tuple[int, ...], joint: str, before: str, behind: str
) -> None:
    groups = [ticket.digits[sum(sizes[:n]) : sum(sizes[: n + 1])] for n in range(len(sizes))]
    found = spoken_ticket.find(before + joint.join(groups) + behind)
    assert found is not None
    assert found.ticket == ticket


@pytest.mark.parametrize(
    "text",
    [
        "07 123 450 2 hari belum",
        "07123450 3 lampu mati",
        "081234567890 07123450",
        "SELESAI 07123450 07123468",
        "tiket 07 123 450. 2 lampu mati",
    ],
)
def test_a_small_number_or_a_whole_one_beside_a_ticket_is_no_part_of_it(text: str) -> None:
    found = spoken_ticket.find(text)
    assert found is not None
    assert found.ticket == Ticket("07123450")


def test_a_phone_spelled_out_is_no_ticket() -> None:
    spoken = "nol delapan satu dua nol tujuh satu dua tiga empat lima nol"
    found = spoken_ticket.find(spoken)
    assert found is None or found.ticket is None


def test_digits_of_other_scripts_count_too() -> None:
    identity = spoken_ticket.find("NIK 1471 0850 000٠ 0000")
    assert identity is None or identity.ticket is None
    ticket = Ticket.issue("07", 123)
    typed = str(ticket).translate({ord("0") + n: ord("٠") + n for n in range(10)})
    found = spoken_ticket.find(f"CEK {typed}")
    assert found is not None
    assert found.ticket == ticket
