"""Times, words and places as officers read them."""

from datetime import UTC, datetime, timedelta

import pytest

from appliance.domain import reference
from appliance.domain.cases.service_request import FINISHED, Channel, Kind, Sensitivity, Status
from appliance.domain.city import wire
from appliance.domain.ids import SiteCode
from appliance.domain.moment import to_ms
from command_center import wording
from command_center.cases import dating
from command_center.pages import overview
from tests.conftest import SITE, START

LATER = START + timedelta(hours=1)


def clock(mono_s: int, *, boot: str = "b", src: str = "none") -> wire.Clock:
    return wire.Clock(boot=boot, mono=mono_s * 1000, src=src)


@pytest.mark.parametrize(
    ("stated", "event", "sent", "expected", "quality"),
    [
        pytest.param(
            START, clock(5, src="ntp"), clock(9), START, "trusted", id="a trusted clock is believed"
        ),
        pytest.param(
            LATER + timedelta(days=9),
            clock(30, src="rtc"),
            clock(90),
            LATER - timedelta(minutes=1),
            "counted",
            id="a trusted clock from the future is not",
        ),
        pytest.param(
            datetime(1970, 1, 1, tzinfo=UTC),
            clock(30),
            clock(90),
            LATER - timedelta(minutes=1),
            "counted",
            id="without a clock the age within the boot counts",
        ),
        pytest.param(
            START, clock(30, boot="a"), clock(90), START, "stated", id="another boot: as stated"
        ),
        pytest.param(
            datetime(2040, 1, 1, tzinfo=UTC),
            clock(90),
            clock(30),
            LATER,
            "stated",
            id="never in the future",
        ),
        pytest.param(START, clock(-(2**42)), clock(2**42), START, "stated", id="absurd numbers"),
    ],
)
def test_when_it_happened(
    stated: datetime, event: wire.Clock, sent: wire.Clock, expected: datetime, quality: str
) -> None:
    assert dating.dated(to_ms(stated), event, sent, to_ms(LATER)) == dating.Dated(
        to_ms(expected), dating.Quality(quality)
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "baru saja"),
        (59, "baru saja"),
        (60, "1 menit"),
        (3_599, "59 menit"),
        (3_600, "1 jam"),
        (172_799, "47 jam"),
        (172_800, "2 hari"),
    ],
)
def test_ages_have_one_unit(seconds: int, words: str) -> None:
    assert wording.age(START, START + timedelta(seconds=seconds)) == words


def test_every_code_of_this_release_has_a_word() -> None:
    assert all(wording.channel(value) != value for value in Channel)
    assert all(wording.kind(value) != value for value in Kind)
    assert all(wording.sensitivity(value) != value for value in Sensitivity)
    assert all(wording.status(value) != value for value in Status)


@pytest.mark.parametrize(
    "word",
    [wording.channel, wording.kind, wording.sensitivity, wording.category],
)
def test_a_code_of_a_newer_release_is_shown_as_it_is(word) -> None:
    assert word("dari_masa_depan") == "dari_masa_depan"


def test_a_status_of_a_newer_release_is_called_unknown() -> None:
    assert wording.status("dari_masa_depan") == "Status tidak dikenal (dari_masa_depan)"


def test_phones_are_grouped_and_nonsense_left_alone() -> None:
    assert wording.phone("+6281234567890") == "0812-3456-7890"
    assert wording.phone("abc") == "abc"


def test_places_have_names_and_unknown_ones_their_code() -> None:
    assert reference.kecamatan_name(SITE) == "Bukit Raya"
    assert reference.kecamatan_name(SiteCode("99.99.99")) == "99.99.99"
    assert reference.kelurahan_name(SITE, "14.71.07.9999") == "14.71.07.9999"


def test_every_status_but_the_dead_ends_is_counted_once() -> None:
    groups = (overview.NEW, overview.WORKING, overview.WAITING, FINISHED)
    counted = [status for group in groups for status in group]
    assert len(counted) == len(set(counted))
    assert set(Status) - set(counted) == {Status.NOT_OURS, Status.MERGED, Status.ARCHIVED}
