"""SMS of several parts, in whatever order and however late, as long as they are waited for."""

from datetime import timedelta

import pytest

from modem.inbound import MISSING_AFTER
from tests.support.sms_box import CITIZEN, outcomes


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 1, 2]])
@pytest.mark.parametrize("is_wide", [False, True])
def test_parts_join_in_whatever_order_they_come(box, order, is_wide):
    """SMS checks 4 and 5."""
    text = "Jalan rusak {parah} " * 18
    pdus = box.air.inject(CITIZEN, text.strip(), is_wide=is_wide)
    box.arrive([pdus[number] for number in order])
    assert box.reports == [text.strip()]


def test_parts_with_one_reference_from_two_phones_are_kept_apart(box):
    """SMS check 5."""
    first = box.air.inject(CITIZEN, "A" * 200, reference=7)
    second = box.air.inject("+628129999999", "B" * 200, reference=7)
    box.arrive([first[0], second[0], second[1], first[1]])
    assert sorted(box.reports) == ["A" * 200, "B" * 200]


def test_reused_reference_begins_another_message(box):
    """SMS check 5."""
    box.sms("LAPOR " + "A" * 200, reference=7)
    box.sms("LAPOR " + "B" * 200, reference=7)
    assert box.reports == ["A" * 200, "B" * 200]


@pytest.mark.parametrize("order", [[0, 3, 1, 2], [0, 1, 2, 5], [2, 5, 1, 4, 0]])
def test_part_that_its_phone_sends_again_is_no_other_message(box, order):
    """SMS check 5: the network stamps it anew, so it is not the same TPDU."""
    text = "Pohon tumbang. " * 30
    pdus = [
        *box.air.inject(CITIZEN, text, reference=7),
        *box.air.inject(CITIZEN, text, reference=7),
    ]
    box.arrive([pdus[number] for number in order])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    assert box.reports == [text.strip()]
    assert outcomes(box) == ["request"]


def test_part_that_comes_again_when_all_is_done_changes_nothing(box):
    """SMS check 5."""
    text = "Pohon tumbang. " * 30
    box.sms(text, reference=7)
    box.arrive(box.air.inject(CITIZEN, text, reference=7)[1:2])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    assert box.reports == [text.strip()]
    assert outcomes(box) == ["request", "ignored: repeated parts"]


def test_emoji_cut_between_parts_is_stored_whole(box):
    """SMS check 3."""
    box.sms("Banjir 😀 parah", size=16)
    assert box.reports == ["Banjir 😀 parah"]


def test_lone_surrogate_is_stored_as_replacement(box):
    """SMS check 3."""
    box.sms("Banjir \ud83d parah")
    assert box.reports == ["Banjir \ufffd parah"]


def test_missing_part_is_marked_after_the_wait_and_across_a_restart(box):
    """SMS check 6."""
    pdus = box.air.inject(CITIZEN, "Pohon tumbang. " * 30)
    box.arrive([pdus[0], pdus[2]])
    box.start()
    assert box.reports == []
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    assert "[bagian 2 hilang]" in box.reports[0]


YEARS = timedelta(days=3000)


def assert_waits_for_a_part(box):
    """The whole time from now on, and no longer."""
    box.pass_time(MISSING_AFTER - timedelta(seconds=5))
    box.mailbox.act()
    assert box.reports == []
    box.pass_time(timedelta(seconds=6))
    box.mailbox.act()
    assert "[bagian 2 hilang]" in box.reports[0]


@pytest.mark.parametrize("step", [YEARS, -YEARS], ids=["ahead", "back"])
def test_clock_that_is_set_neither_shortens_nor_lengthens_the_wait_for_a_part(box, step):
    """SMS check 6."""
    pdus = box.air.inject(CITIZEN, "Pohon tumbang. " * 30)
    box.arrive([pdus[0], pdus[2]])
    box.set_clock(step)
    assert_waits_for_a_part(box)


@pytest.mark.parametrize("step", [timedelta(minutes=1), YEARS, -YEARS])
def test_part_of_an_earlier_boot_has_its_wait_after_the_boot(box, step):
    """SMS check 6: without a clock that runs on, nobody knows how long the box was off."""
    pdus = box.air.inject(CITIZEN, "Pohon tumbang. " * 30)
    box.arrive([pdus[0], pdus[2]])
    box.boot_anew(clock_off_by=step)
    assert_waits_for_a_part(box)


@pytest.mark.parametrize("step", [YEARS, -YEARS], ids=["ahead", "back"])
def test_late_part_finds_its_message_however_the_clock_was_set(box, step):
    """SMS check 6."""
    pdus = box.air.inject(CITIZEN, "Pohon tumbang di jl Durian. " * 15)
    box.arrive([pdus[0], pdus[2]])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    box.set_clock(step)
    box.arrive([pdus[1]])
    box.pass_time(timedelta(minutes=2))
    box.mailbox.act()
    assert box.reports == [("Pohon tumbang di jl Durian. " * 15).strip()]


def test_reference_used_again_after_a_gap_begins_another_message(box):
    """SMS check 5."""
    first = box.air.inject(CITIZEN, "LAPOR " + "A" * 300, reference=7)
    box.arrive(first[:1])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    box.arrive(box.air.inject(CITIZEN, "LAPOR " + "B" * 300, reference=7))
    assert len(box.reports) == 2
    assert box.reports[1] == "B" * 300


@pytest.mark.parametrize("dcs", [0x10, 0xF0])
def test_flash_message_is_taken_in(box, dcs):
    """SMS check 15."""
    box.sms("Lampu jalan mati di jl Durian", dcs=dcs)
    assert box.reports == ["Lampu jalan mati di jl Durian"]
    assert len(box.queued) == 1
