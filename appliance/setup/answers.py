"""What is asked of a new box, in which order, and what may be answered. Pure."""

from enum import StrEnum
from urllib.parse import urlsplit

import msgspec

from appliance.domain import kecamatan
from appliance.domain.city import enrolment
from appliance.domain.errors import BadInput
from appliance.domain.phone import Msisdn

SSID_MAX_BYTES = 32
COUNTRIES = {
    "ID": "Indonesia",
    "MY": "Malaysia",
    "SG": "Singapura",
    "BN": "Brunei",
    "TL": "Timor Leste",
    "PG": "Papua Nugini",
}


class Step(StrEnum):
    """One screen after the other; the values are their addresses."""

    PLACE = "tempat"
    WIFI = "wifi"
    MODEM = "modem"
    NUMBER = "nomor"
    CITY = "kota"
    CODE = "kode"
    DESK = "kantor"
    REVIEW = "periksa"


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered so far, and the step that comes next."""

    step: Step = Step.PLACE
    code: str = ""
    ssid: str = ""
    """Empty: no WiFi of the box's own."""
    country: str = "ID"
    modem: str = ""
    """The path of its port; empty: none."""
    number: str = ""
    city_url: str = ""
    """Empty: enrolled later."""
    enrolment_code: str = ""
    opens_desk: bool = False

    @property
    def place(self) -> kecamatan.Kecamatan | None:
        """The kecamatan that was chosen."""
        return kecamatan.of_code(self.code)


def after(answers: Answers, step: Step) -> Answers:
    """Go on from a step; what the answers make needless is passed over."""
    order = list(Step)
    following = order[order.index(step) + 1]
    if following is Step.NUMBER and not answers.modem:
        following = Step.CITY
    if following is Step.CODE and not answers.city_url:
        following = Step.DESK
    return msgspec.structs.replace(answers, step=following)


def before(answers: Answers, step: Step) -> Answers:
    """Go back from a step."""
    earlier = list(Step)[: list(Step).index(step)]
    if not answers.city_url:
        earlier = [known for known in earlier if known is not Step.CODE]
    if not answers.modem:
        earlier = [known for known in earlier if known is not Step.NUMBER]
    return msgspec.structs.replace(answers, step=earlier[-1] if earlier else Step.PLACE)


def with_place(answers: Answers, code: str) -> Answers:
    """Choose the kecamatan; its name becomes that of the WiFi, until another is typed."""
    place = kecamatan.of_code(code)
    if place is None:
        raise BadInput("Pilih kecamatan dari daftar.")
    ssid = answers.ssid or default_ssid(place)
    return after(msgspec.structs.replace(answers, code=code, ssid=ssid), Step.PLACE)


def default_ssid(place: kecamatan.Kecamatan) -> str:
    """A name that fits into what 802.11 has room for."""
    return f"Posko {place.name}".encode()[:SSID_MAX_BYTES].decode(errors="ignore").strip()


def with_wifi(answers: Answers, ssid: str) -> Answers:
    """Name the WiFi, or have none."""
    ssid = ssid.strip()
    if ssid and (not ssid.isprintable() or len(ssid.encode()) > SSID_MAX_BYTES):
        raise BadInput("Paling panjang 32 huruf, dalam satu baris.")
    return after(msgspec.structs.replace(answers, ssid=ssid), Step.WIFI)


def with_country(answers: Answers, country: str) -> Answers:
    """Say by whose rules the radio sends; the step stays."""
    if country not in COUNTRIES:
        raise BadInput("Pilih negara dari daftar.")
    return msgspec.structs.replace(answers, country=country)


def with_modem(answers: Answers, device: str) -> Answers:
    """Choose the modem's port, or none."""
    number = answers.number if device else ""
    return after(msgspec.structs.replace(answers, modem=device, number=number), Step.MODEM)


def with_number(answers: Answers, typed: str) -> Answers:
    """The SIM's number, which slips and pages name; may be empty."""
    number = Msisdn.parse(typed).e164 if typed.strip() else ""
    return after(msgspec.structs.replace(answers, number=number), Step.NUMBER)


def with_city(answers: Answers, url: str) -> Answers:
    """Where the city answers, or later."""
    url = url.strip()
    if url in ("", "https://"):
        answers = msgspec.structs.replace(answers, city_url="", enrolment_code="")
        return after(answers, Step.CITY)
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 200
        _ = parts.port
    except ValueError:
        is_address = False
    if not is_address or any(char.isspace() for char in url):
        raise BadInput("Tulis alamat seperti https://posko.kota.go.id")
    return after(msgspec.structs.replace(answers, city_url=url), Step.CITY)


def with_code(answers: Answers, typed: str) -> Answers:
    """The code that somebody in the city reads aloud."""
    try:
        code = str(enrolment.parse(typed))
    except BadInput:
        raise BadInput("Kode salah. Bandingkan huruf demi huruf.") from None
    return after(msgspec.structs.replace(answers, enrolment_code=code), Step.CODE)


def with_desk(answers: Answers, *, is_open: bool) -> Answers:
    """Whether the office's network reaches the staff's pages."""
    return after(msgspec.structs.replace(answers, opens_desk=is_open), Step.DESK)
