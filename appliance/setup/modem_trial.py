"""Trying a modem out while the page waits, and what came of it in words for the screen."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from appliance.doctor.finding import Level
from appliance.doctor.judging.sms import Modem
from appliance.doctor.reading import sms

_WORDS = {
    "answers": (
        "Tidak ada modem di sini",
        "Sebuah modem punya beberapa sambungan: coba yang lain. Periksa juga kabel dan dayanya.",
    ),
    "SIM": (
        "Kartu SIM belum bisa dipakai",
        "Pasang kartunya, dan hapus PIN kartu memakai HP. Lalu coba lagi.",
    ),
    "network": (
        "Tidak ada sinyal operator",
        "Pindahkan antena ke dekat jendela, dan periksa bahwa kartu SIM sudah terdaftar dan aktif.",
    ),
    "signal": ("Sinyal terlalu lemah", "Pindahkan antena ke dekat jendela atau ke luar."),
    "SMS centre": (
        "Kartu SIM tidak punya pusat SMS",
        "Isi nomor pusat SMS operator memakai HP, atau ganti kartunya.",
    ),
}
_OTHER = ("Modem ini tidak cocok", "Pakai modem lain dari daftar di docs/modems.md.")
_UNUSABLE = ("Sambungan ini tidak bisa dibuka", "Cabut modem, pasang lagi, lalu coba lagi.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a trial ended; `details` are the modem's own words, for the technician."""

    works: bool
    title: str
    advice: str
    details: str


def outcome(seen: Modem) -> Outcome:
    """What a look at a modem means for whoever stands before the screen."""
    if seen.refusal:
        title, advice = _UNUSABLE
        return Outcome(works=False, title=title, advice=advice, details=seen.refusal)
    wrong = next((p for p in seen.probed if p.level is Level.FAULT), None)
    if wrong:
        title, advice = _WORDS.get(wrong.check, _OTHER)
        details = f"{wrong.check}: {wrong.found}"
        return Outcome(works=False, title=title, advice=advice, details=details)
    told = {p.check: p.found for p in seen.probed}
    details = ", ".join(told[check] for check in ("modem", "operator", "signal") if check in told)
    return Outcome(works=True, title="Modem siap dipakai", advice="", details=details)


class ModemTrial:
    """At most one at a time; the newest outcome of each port is kept."""

    def __init__(self, look: Callable[[str], Modem] = sms.look) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._running: str = ""
        self._outcomes: dict[str, Outcome] = {}

    def begin(self, device: str) -> None:
        """Try a port, unless one is being tried."""
        with self._lock:
            if self._running:
                return
            self._running = device
            self._outcomes.pop(device, None)
        threading.Thread(target=self._try, args=(device,), daemon=True).start()

    def of(self, device: str) -> Outcome | None:
        """What came of it; None while it runs, or was never tried."""
        return self._outcomes.get(device)

    def is_running(self, device: str) -> bool:
        """Whether to wait for it."""
        return self._running == device

    def _try(self, device: str) -> None:
        try:
            found = outcome(self._look(device))
        except Exception as error:  # noqa: BLE001 - whatever a port does, the page must go on
            title, advice = _UNUSABLE
            found = Outcome(works=False, title=title, advice=advice, details=str(error)[:200])
        self._outcomes[device] = found
        self._running = ""
