"""Confidential SMS in the real mailbox: wiped once acted on, whatever part comes when."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.actions.privacy import sealing as acts
from appliance.domain.city import wire
from appliance.domain.events.requests import FollowedUp, RequestReceived, TextAmended
from appliance.domain.privacy import sealing
from appliance.store import housekeeping
from appliance.store.cases import requests
from appliance.store.city import outbox
from appliance.store.sms import sms_inbox
from modem.inbound import MISSING_AFTER
from tests.support.leaks import found_below
from tests.support.sms_box import CITIZEN, Box

SECRET = bytes(range(32))
WORDS = ["tersundutrokok", "gangmelatidalam", "Mawarnita"]
LONG = (
    f"Saya dipukul suami tadi malam sampai {WORDS[0]} dan tidak boleh keluar rumah, tolong jangan "
    f"beri tahu siapa siapa. Rumah kami di {WORDS[1]} dekat warung, pagarnya hijau dan ada anjing "
    f"di depan. Anak saya juga takut sekali, namanya {WORDS[2]} dan umurnya baru tujuh tahun lebih."
)


@pytest.fixture
def box(tmp_path):
    box = Box(tmp_path / "posko.db")
    acts.configure(box.path, {"*": sealing.public_key(SECRET)})
    yield box
    box.db.close()


def opened(box):
    """What the unit reads, in the order of the events."""
    texts = []
    for row in outbox.every(box.db):
        event = wire.decode_event(row.kind, row.payload.encode())
        if isinstance(event, RequestReceived | FollowedUp | TextAmended) and event.sealed:
            content, _ = sealing.unseal(sealing.parse(event.sealed), SECRET)
            texts.append((content.said, content.text))
    return texts


def readable(box):
    housekeeping.keep_house(box.db, box.time)
    return found_below(box.path.parent, WORDS)


def test_a_long_confidential_sms_is_wiped_with_all_its_parts(box):
    box.sms(LONG)
    assert box.reports == ["(tersegel)"]
    assert opened(box) == [("laporan", LONG)]
    assert readable(box) == []


def test_after_a_crash_between_keeping_and_acting_the_words_vanish(box):
    for pdu in box.air.inject(CITIZEN, LONG):
        box.mailbox.receive(pdu, memory="SM", index=0)
    assert readable(box), "the SIM may forget them only when they are kept"
    box.start()
    assert opened(box) == [("laporan", LONG)]
    assert readable(box) == []


def test_the_same_pdus_given_again_by_the_sim_are_known(box):
    pdus = box.sms(LONG)
    box.arrive(pdus)
    assert len(opened(box)) == 1
    assert readable(box) == []


def test_a_late_part_of_a_sealed_sms_is_sealed_apart(box):
    pdus = box.air.inject(CITIZEN, LONG)
    box.arrive([pdus[0]])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    [(said, text)] = opened(box)
    assert (said, WORDS[0] in text, "[bagian 2 hilang]" in text) == ("laporan", True, True)
    assert readable(box) == []
    box.arrive([pdus[1]])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    _, (said, text) = opened(box)
    assert said == "bagian"
    assert text.startswith("[bagian 1 hilang]")
    assert WORDS[1] in text or WORDS[2] in text
    assert box.reports == ["(tersegel)"]
    assert len(sms_inbox.every(box.db)) == 1
    assert sms_inbox.waiting(box.db) == []
    assert readable(box) == []


def test_a_late_part_that_is_an_emergency_is_a_report_of_its_own(box):
    text = f"saya dipukul suami, jangan bilang siapa siapa, {WORDS[0]}. " + "x " * 52
    pdus = box.air.inject(CITIZEN, text + "tolong cepat rumah kami kebakaran sekarang")
    box.arrive([pdus[0]])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    box.arrive([pdus[1]])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    kinds = [request.kind for request in requests.every(box.db)]
    assert kinds == ["pengaduan", "darurat"]


def test_a_late_part_that_makes_a_report_confidential_wipes_the_whole(box):
    text = "Lampu jalan mati di depan rumah kami. " + "x " * 60
    pdus = box.air.inject(CITIZEN, text + f"Saya dipukul suami, kdrt, {WORDS[0]}")
    box.arrive([pdus[0]])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    assert opened(box) == []
    box.arrive([pdus[1]])
    box.pass_time(MISSING_AFTER)
    box.mailbox.act()
    [(said, whole)] = opened(box)
    assert (said, WORDS[0] in whole) == ("laporan", True)
    assert readable(box) == []


def test_what_is_said_about_a_sealed_ticket_is_wiped_and_sealed(box):
    box.sms(f"saya dipukul suami, kdrt, {WORDS[0]}")
    box.sms(f"TAMBAH dia pulang lagi ke {WORDS[1]}")
    (request,) = requests.every(box.db)
    box.sms(f"CEK {request.ticket} {WORDS[2]}")
    assert [said for said, _ in opened(box)][:2] == ["laporan", "tambah"]
    assert readable(box) == []


def test_others_read_their_tickets_as_before(box):
    box.sms(f"saya dipukul suami, kdrt, {WORDS[0]}")
    box.sms("Lampu jalan mati", sender="+628129999999")
    assert [message.body for message in sms_inbox.every(box.db)] == [
        "(tersegel)",
        "Lampu jalan mati",
    ]


@given(steps=st.lists(st.tuples(st.integers(0, 5), st.integers(10, 150)), min_size=20, max_size=60))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_page_keeps_a_remnant_whatever_comes_between(tmp_path_factory, steps):
    """Rows of others are moved from page to page while secret ones wait, are wiped and shrink."""
    folder = tmp_path_factory.mktemp("remnants")
    box = Box(folder / "posko.db")
    acts.configure(box.path, {"*": sealing.public_key(SECRET)})
    numbers, held = count(), []
    for what, length in steps:
        sender = f"+6281{next(numbers):08d}"
        if what < 2:
            box.sms(f"saya dipukul suami, kdrt, {WORDS[0]} {'a' * (length // 2)}", sender=sender)
        elif what == 2:
            box.sms("lampu jalan mati " + "b" * (length // 2), sender=sender)
        elif what == 3:
            pdus = box.air.inject(sender, f"saya dipukul suami, {WORDS[1]} " + "c " * length)
            box.arrive(pdus[:1])
            held += pdus[1:]
        elif held:
            box.arrive([held.pop(length % len(held))])
    box.pass_time(MISSING_AFTER + timedelta(minutes=1))
    for _ in range(10):
        box.mailbox.act()
        box.pass_time(timedelta(seconds=10))
    assert sms_inbox.waiting(box.db) == []
    assert readable(box) == []
    box.db.close()
