"""A code is good for one key of one site, for a day; whoever has it may ask again, nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from appliance.domain.city import enrolment
from appliance.domain.city.enrolment import Answer, Ask, Code, Envelope
from appliance.domain.errors import BadInput
from command_center.fleet import enrolling, revoking
from command_center.fleet.authority import Authority
from command_center.fleet.broker_files import is_hash_of
from command_center.fleet.enrolling import Refusal
from command_center.fleet.office import Office
from command_center.store.database import reading
from command_center.store.fleet import barred, credentials
from mqtt_link import openssl
from tests.conftest import SITE, START
from tests.unit.command_center.city import NEIGHBOUR

SOON = START + timedelta(minutes=5)


@pytest.fixture(scope="module")
def key() -> str:
    """Of the box."""
    return openssl.new_key()


def a_code(engine: Engine, office: Office, number: int = 1) -> Code:
    chance = number.to_bytes(enrolment.SECRET_BYTES, "big")
    return enrolling.new_code(engine, office, SITE, chance, by="admin", now=START)


def ask(key: str, *, site: str = SITE.site, says: str = str(SITE)) -> Ask:
    return Ask(site=says, csr=openssl.request(key, site))


def redeem(engine: Engine, office: Office, code: Code, asked: Ask, now=SOON) -> Envelope | Refusal:
    return enrolling.redeem(engine, office, enrolment.seal(code, "ask", asked), now)


def answered(code: Code, envelope: Envelope | Refusal) -> Answer:
    assert isinstance(envelope, Envelope), envelope
    return enrolment.opened(code, "answer", envelope, Answer)


def test_a_box_gets_a_certificate_for_its_key_and_all_it_needs(
    engine: Engine, office: Office, key: str
) -> None:
    code = a_code(engine, office)
    answer = answered(code, redeem(engine, office, code, ask(key)))
    subject, public, _ = openssl.subject_and_key(answer.certificate)
    assert (subject, public) == ("CN=147107", openssl.public_key(key))
    assert openssl.is_of(answer.certificate, answer.ca)
    assert (answer.broker, answer.port) == ("mqtt.pekanbaru.go.id", 8883)
    assert answer.city_keys == list(office.city_keys)
    assert answer.now == SOON


def test_who_asks_again_with_the_same_key_gets_the_same_certificate(
    engine: Engine, office: Office, key: str
) -> None:
    """The answer may have been lost; another request of the same key is signed anew each time."""
    code = a_code(engine, office)
    first, second = (
        answered(code, redeem(engine, office, code, ask(key))).certificate for _ in range(2)
    )
    assert first == second
    with reading(engine) as connection:
        assert len(credentials.every(connection)) == 1


def test_a_crash_before_the_certificate_is_stored_leaves_the_code_to_the_same_key(
    engine: Engine, office: Office, key: str, tmp_path
) -> None:
    assert office.authority
    code = a_code(engine, office)
    broken = replace(office, authority=replace(office.authority, key=tmp_path / "gone"))
    with pytest.raises(Exception, match="ca_key"):
        redeem(engine, broken, code, ask(key))
    assert redeem(engine, office, code, ask(openssl.new_key())) == Refusal.USED
    assert answered(code, redeem(engine, office, code, ask(key))).certificate


def test_another_key_cannot_use_the_code_again(engine: Engine, office: Office, key: str) -> None:
    code = a_code(engine, office)
    redeem(engine, office, code, ask(key))
    assert redeem(engine, office, code, ask(openssl.new_key())) == Refusal.USED


def test_a_recorded_request_that_is_sent_again_helps_nobody(
    engine: Engine, office: Office, key: str
) -> None:
    code = a_code(engine, office)
    recorded = enrolment.seal(code, "ask", ask(key))
    for _ in range(2):
        answer = answered(code, enrolling.redeem(engine, office, recorded, SOON))
    assert openssl.subject_and_key(answer.certificate)[1] == openssl.public_key(key)
    after = enrolling.redeem(engine, office, recorded, START + enrolling.GOOD_FOR)
    assert after == Refusal.UNKNOWN


def test_five_wrong_tries_kill_a_code(engine: Engine, office: Office, key: str) -> None:
    code = a_code(engine, office)
    guessed = Code(code.locator, "Z" * enrolment.SECRET_SYMBOLS)
    for _ in range(enrolling.WRONG_MAX):
        assert redeem(engine, office, guessed, ask(key)) == Refusal.WRONG
    assert redeem(engine, office, guessed, ask(key)) == Refusal.UNKNOWN
    assert redeem(engine, office, code, ask(key)) == Refusal.UNKNOWN


def test_wrong_tries_at_another_code_do_not_count(engine: Engine, office: Office, key: str) -> None:
    code = a_code(engine, office)
    stranger = enrolment.make(b"y" * enrolment.SECRET_BYTES)
    for _ in range(20):
        assert redeem(engine, office, stranger, ask(key)) == Refusal.UNKNOWN
    assert answered(code, redeem(engine, office, code, ask(key)))


def test_a_code_ends_after_a_day_and_with_the_next_one(
    engine: Engine, office: Office, key: str
) -> None:
    code = a_code(engine, office)
    end = START + enrolling.GOOD_FOR
    assert redeem(engine, office, code, ask(key), end) == Refusal.UNKNOWN
    a_code(engine, office, 2)
    assert redeem(engine, office, code, ask(key)) == Refusal.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"says": str(NEIGHBOUR)}, Refusal.SITE),
        ({"site": NEIGHBOUR.site}, Refusal.REQUEST),
        ({"site": "147107/CN=147101"}, Refusal.REQUEST),
        ({"site": "posko-center-1471"}, Refusal.REQUEST),
    ],
    ids=["a box of another site", "another site's name", "two names", "the center's name"],
)
def test_nobody_gets_a_certificate_of_another(
    engine: Engine, office: Office, key: str, changes: dict[str, str], refusal: Refusal
) -> None:
    code = a_code(engine, office)
    assert redeem(engine, office, code, ask(key, **changes)) == refusal


@pytest.mark.parametrize(
    "csr",
    ["no request", "-----BEGIN CERTIFICATE REQUEST-----\n" + "A" * 100_000, "\0", "é"],
    ids=["words", "huge", "NUL", "not ASCII"],
)
def test_rubbish_is_refused_and_does_not_use_the_code_up(
    engine: Engine, office: Office, key: str, csr: str
) -> None:
    code = a_code(engine, office)
    assert redeem(engine, office, code, Ask(site=str(SITE), csr=csr)) == Refusal.REQUEST
    assert answered(code, redeem(engine, office, code, ask(key)))


def test_a_request_whose_key_is_not_the_senders_is_refused(
    engine: Engine, office: Office, key: str
) -> None:
    code = a_code(engine, office)
    lines = openssl.request(key, SITE.site).splitlines()
    lines[-2] = ("B" if lines[-2][0] == "A" else "A") + lines[-2][1:]
    forged = Ask(site=str(SITE), csr="\n".join(lines) + "\n")
    assert redeem(engine, office, code, forged) == Refusal.REQUEST


def test_without_an_authority_a_box_gets_a_password_of_its_own_making(
    engine: Engine, office: Office, key: str
) -> None:
    office = replace(office, authority=None)
    assert office.files
    code, password = a_code(engine, office), "0123456789abcdef" * 4
    assert redeem(engine, office, code, ask(key)) == Refusal.LOGIN
    wish = Ask(site=str(SITE), password=password)
    for _ in range(2):
        assert answered(code, redeem(engine, office, code, wish)).certificate == ""
    other = Ask(site=str(SITE), password="f" * 64)
    assert redeem(engine, office, code, other) == Refusal.USED
    [line] = (office.files.folder / "passwords").read_text().splitlines()
    name, _, stored = line.partition(":")
    assert name == SITE.site
    assert is_hash_of(stored, password)
    assert password not in line


@pytest.mark.parametrize("password", ["", "kurz", "0" * 63, "x:y\n" + "0" * 60])
def test_a_password_that_a_person_might_have_chosen_is_refused(
    engine: Engine, office: Office, password: str
) -> None:
    office = replace(office, authority=None)
    code = a_code(engine, office)
    wish = Ask(site=str(SITE), password=password)
    assert redeem(engine, office, code, wish) == Refusal.REQUEST


def test_passwords_of_others_stay_in_the_file(engine: Engine, office: Office) -> None:
    office = replace(office, authority=None)
    assert office.files
    file = office.files.folder / "passwords"
    file.write_text("posko-center-1471:$7$made$by$hand\n147107:$7$an$old$one\n")
    code = a_code(engine, office)
    redeem(engine, office, code, Ask(site=str(SITE), password="0" * 64))
    first, second = file.read_text().splitlines()
    assert first == "posko-center-1471:$7$made$by$hand"
    assert second.startswith("147107:$7$101$")


def test_a_city_without_the_settings_says_which_are_missing(engine: Engine, office: Office) -> None:
    with pytest.raises(BadInput, match=r"fleet\.ca_key"):
        a_code(engine, replace(office, authority=None, files=None))


@pytest.mark.parametrize("text", ["147007", "14.71.00", "1471", "abcdef", "14.71.7"])
def test_a_site_of_another_city_is_no_site(engine: Engine, text: str) -> None:
    with pytest.raises(BadInput):
        enrolling.site_of(engine, text)


@pytest.mark.parametrize("text", ["147107", "14.71.07"])
def test_a_site_is_read_with_dots_and_without(engine: Engine, text: str) -> None:
    assert enrolling.site_of(engine, text) == SITE


def test_a_revoked_box_is_not_enrolled_again_by_its_old_code(
    engine: Engine, office: Office, key: str
) -> None:
    code = a_code(engine, office)
    redeem(engine, office, code, ask(key))
    revoking.revoke(engine, SITE, "stolen", is_box_lost=True, now=SOON)
    assert redeem(engine, office, code, ask(key)) == Refusal.UNKNOWN
    with reading(engine) as connection:
        assert barred.since(connection, SITE) == SOON


def test_a_key_of_the_authority_that_others_can_read_is_not_used(
    engine: Engine, office: Office, key: str, tmp_path
) -> None:
    assert office.authority
    loose = tmp_path / "ca.key"
    loose.write_bytes(office.authority.key.read_bytes())
    loose.chmod(0o644)
    code = a_code(engine, office)
    careless = replace(
        office, authority=Authority(ca=office.authority.ca, key=loose, good_for=timedelta(days=5))
    )
    with pytest.raises(Exception, match="chmod 600"):
        redeem(engine, careless, code, ask(key))
