import contextlib
import tomllib

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from appliance.domain import kecamatan
from appliance.domain.city import enrolment
from appliance.domain.errors import BadInput
from appliance.runtime import settings
from appliance.setup import answers as asked
from appliance.setup import site_file
from appliance.setup.answers import COUNTRIES, Answers, Step
from appliance.setup.site_file import Machine

CODE = str(enrolment.make(b"chance chanc"))
HERE = asked.with_place(Answers(), "14.71.07")
FULL = Machine(
    model="pi4",
    wan="eth0",
    radio="wlan0",
    driver="brcmfmac",
    has_screen=True,
    office_network="192.168.1.0/24",
)
places = st.sampled_from(kecamatan.every())


def test_questions_follow_each_other_and_needless_ones_are_passed_over() -> None:
    now = asked.with_wifi(HERE, "Posko")
    assert now.step is Step.MODEM
    assert asked.with_modem(now, "").step is Step.CITY
    now = asked.with_modem(now, "/dev/serial/by-id/x")
    now = asked.with_number(now, "0812 3456 7890")
    assert (now.step, now.number) == (Step.CITY, "+6281234567890")
    assert asked.with_city(now, "").step is Step.DESK
    now = asked.with_code(asked.with_city(now, "posko.kota.go.id"), CODE.lower())
    assert (now.step, now.city_url) == (Step.DESK, "https://posko.kota.go.id")
    assert asked.with_desk(now, is_open=True).step is Step.REVIEW


@pytest.mark.parametrize("step", Step)
def test_back_leads_to_a_question_that_was_asked(step: Step) -> None:
    earlier = asked.before(HERE, step).step
    assert earlier not in (Step.NUMBER, Step.CODE)
    assert earlier is Step.PLACE or list(Step).index(earlier) < list(Step).index(step)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: asked.with_place(Answers(), "14.71.99"),
        lambda: asked.with_wifi(HERE, "é" * 17),
        lambda: asked.with_wifi(HERE, "a\nb"),
        lambda: asked.with_country(HERE, "XX"),
        lambda: asked.with_number(HERE, "112"),
        lambda: asked.with_city(HERE, "ftp://kota"),
        lambda: asked.with_city(HERE, "https://a b"),
        lambda: asked.with_code(HERE, CODE[:-1] + ("0" if CODE[-1] != "0" else "1")),
    ],
)
def test_what_cannot_be_is_refused_in_words_for_the_screen(wrong) -> None:
    with pytest.raises(BadInput):
        wrong()


@examples(max_examples=60)
@given(
    places,
    st.text(max_size=40),
    st.sampled_from([*COUNTRIES]),
    st.booleans(),
    st.sampled_from(["brcmfmac", "mt76x2u", "unknown", ""]),
)
def test_whatever_was_answered_makes_settings_that_every_program_takes(
    place, ssid: str, country: str, is_open: bool, driver: str
) -> None:
    machine = Machine(radio="wlan0", driver=driver, office_network="192.168.1.0/24")
    now = asked.with_place(Answers(), place.code)
    with contextlib.suppress(BadInput):
        now = asked.with_wifi(now, ssid)
    now = asked.with_desk(asked.with_country(now, country), is_open=is_open)
    text = site_file.text(site_file.table(now, machine))
    loaded = settings.parse(tomllib.loads(text), source="here")
    assert loaded.site.code == place.code
    if loaded.radio.networks:
        assert loaded.radio.networks[0].ssid == now.ssid


def test_a_board_without_a_known_radio_gets_no_wifi() -> None:
    assert "radio" not in site_file.table(HERE, Machine(radio="wlan0", driver="rtl-none"))
    assert "radio" in site_file.table(HERE, FULL)


def test_without_a_place_there_are_no_settings() -> None:
    with pytest.raises(BadInput):
        site_file.table(Answers(), FULL)
