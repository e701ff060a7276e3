"""The slip that a resident takes home, line by line, on paper of any width. Pure.

A slip lies on tables: it never has the text of a report, and the topic only where the category is
public. In ASCII, which every printer has whatever its code page. Knows no printer.
"""

import textwrap
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from appliance.domain.cases import self_help
from appliance.domain.cases.service_request import Sensitivity, ServiceRequest
from appliance.domain.moment import CITY_TIME
from appliance.domain.phone import Msisdn
from appliance.domain.reference import categories

COLUMNS_MIN = 16
"""Below this the lines of the ticket would not stay whole."""
SCALE_MAX = 8
"""ESC/POS, GS !"""

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of print; each character takes `scale` columns and is `scale` lines tall."""

    text: str
    scale: int = 1
    is_centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """Lines, a QR code of an address, more lines."""

    columns: int
    head: tuple[Line, ...]
    address: str
    foot: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What every slip of a kiosk says alike."""

    kecamatan: str
    city: str
    portal_url: str
    sms_number: Msisdn | None


def slip(
    request: ServiceRequest, office: Office, columns: int, _: Translate, *, pin: str | None = None
) -> Slip:
    """Lay out the slip of a stored request on paper that takes so many characters a line."""
    if columns < COLUMNS_MIN:
        raise ValueError(f"a slip needs {COLUMNS_MIN} columns, not {columns}")
    return Slip(
        columns=columns,
        head=(*_head(request, office, columns, _), *_pin(pin, columns, _)),
        address=f"{office.portal_url}/tiket/{request.ticket.digits}",
        foot=(*_advice(request, columns, _), *_foot(columns, _)),
    )


def test_slip(office: Office, columns: int) -> Slip:
    """What shows a technician that printer and paper fit; no ticket is on it."""
    ruler = "".join(str(n % 10) for n in range(1, columns + 1))
    scale = min(SCALE_MAX, columns // 10)
    return Slip(
        columns=columns,
        head=(
            *_centred("Posko", columns),
            *_centred(f"Kecamatan {office.kecamatan}", columns),
            Line(text="uji cetak", scale=scale, is_centred=True),
            Line(text=ruler),
            *_left(f"{columns} kolom: angka di atas harus pas satu baris.", columns),
        ),
        address=office.portal_url,
        foot=tuple(_centred("Gambar di atas membuka Posko.", columns)),
    )


def _head(request: ServiceRequest, office: Office, columns: int, _: Translate) -> Iterator[Line]:
    ticket, rule = str(request.ticket), Line(text="-" * columns)
    for name in ("Posko", f"Kecamatan {office.kecamatan}", office.city):
        yield from _centred(name, columns)
    yield rule
    yield from _centred(_("Nomor laporan Anda:"), columns)
    yield Line(text=ticket, scale=min(SCALE_MAX, columns // len(ticket)), is_centred=True)
    sent = request.created_at.astimezone(CITY_TIME)
    yield from _centred(f"{sent:%d-%m-%Y %H.%M %Z}", columns)
    if request.sensitivity is Sensitivity.PUBLIC:
        yield from _centred(_("Tentang: %(topic)s") % {"topic": _topic(request)}, columns)
    yield rule
    yield from _left(_("Melihat keadaan laporan:"), columns)
    yield from _left(_sms_sentence(office, _), columns)
    yield Line(text=f"CEK {ticket}", is_centred=True)
    yield from _left(_('Layar ini: sentuh "Lihat laporan saya", ketik nomornya.'), columns)
    yield from _left(
        _("HP di WiFi Posko: pindai gambar ini, atau buka %(host)s")
        % {"host": urlsplit(office.portal_url).netloc},
        columns,
    )


def _pin(pin: str | None, columns: int, _: Translate) -> Iterator[Line]:
    if pin is not None:
        yield Line(text=f"PIN {pin}", scale=2, is_centred=True)
        yield from _left(_("Dengan PIN ini Anda membaca isi laporan dan jawabannya."), columns)


def _advice(request: ServiceRequest, columns: int, _: Translate) -> Iterator[Line]:
    """What can be done meanwhile, where the topic may stand on paper."""
    advice = self_help.advice(request.category, request)
    if advice and request.sensitivity is Sensitivity.PUBLIC:
        yield from _left(f"{_('Sementara itu:')} {advice}", columns)


def _foot(columns: int, _: Translate) -> Iterator[Line]:
    yield from _centred(_("Simpan struk ini."), columns)
    yield from _centred(_("Darurat? Telepon 112."), columns)


def _sms_sentence(office: Office, _: Translate) -> str:
    if office.sms_number is None:
        return _("SMS ke nomor Posko:")
    return _("SMS ke %(number)s:") % {"number": office.sms_number.grouped}


def _topic(request: ServiceRequest) -> str:
    known = categories().get(request.category)
    return known.name if known else request.category


def _centred(text: str, columns: int) -> Iterator[Line]:
    return (Line(text=part, is_centred=True) for part in _wrapped(text, columns))


def _left(text: str, columns: int) -> Iterator[Line]:
    return (Line(text=part) for part in _wrapped(text, columns))


def _wrapped(text: str, columns: int) -> list[str]:
    return textwrap.wrap(_ascii(text), columns, break_on_hyphens=False)


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    base = "".join(c for c in decomposed if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else "?" for c in base)
