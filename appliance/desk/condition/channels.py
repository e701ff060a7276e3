"""Modem, the way to the city, and what else talks to people. Pure."""

from collections.abc import Iterator, Mapping

from appliance.desk.condition.parts import Condition, Gauges, Seen, Tone, moment

MODEM_STATES = {
    "ready": (Tone.GOOD, "Siap", ""),
    "starting": (Tone.WATCH, "Sedang menyala", "Tunggu beberapa menit."),
    "absent": (Tone.BAD, "Tidak ditemukan", "Periksa kabel dan catu daya modem."),
    "no_network": (
        Tone.BAD,
        "Tanpa sinyal",
        "Periksa antena dan letaknya, dan apakah kartu SIM masih aktif.",
    ),
    "no_sim": (Tone.BAD, "Tanpa kartu SIM", "Pasang kartu SIM; modem menemukannya sendiri."),
    "pin_required": (
        Tone.BAD,
        "Kartu SIM minta PIN",
        "Hapus PIN kartu memakai HP, atau minta teknisi mengisi PIN yang benar.",
    ),
    "puk_required": (
        Tone.BAD,
        "Kartu SIM terkunci (PUK)",
        "Buka kunci kartu dengan PUK memakai HP.",
    ),
    "text_mode": (
        Tone.BAD,
        "Modem tidak cocok",
        "Modem ini tidak dapat dipakai Posko; minta teknisi menggantinya.",
    ),
    "recovering": (
        Tone.WATCH,
        "Sedang dipulihkan",
        "Tunggu; bila tetap begini, periksa catu daya modem (2 A saat mengirim).",
    ),
}
_SIGNALS = ((-85, "baik"), (-95, "cukup"), (-105, "lemah"))
_WEAK = "sangat lemah"
_LOOK = "Sampaikan petunjuk di bawah kepada teknisi."


def modems(gauges: Gauges) -> Iterator[Condition]:
    """Each modem; the one that is missing where there never was any."""
    names = [process for process in gauges if process.partition("-")[0] == "modem"]
    for process in names:
        said = {name: value for name, (value, _) in gauges[process].items()}
        tone, word, advice = MODEM_STATES.get(
            said.get("state", ""), (Tone.UNKNOWN, "Tidak diketahui", "")
        )
        signal, is_weak = _signal(said.get("signal_dbm", ""))
        if tone is Tone.GOOD and (is_weak or said.get("advice")):
            tone = Tone.WATCH
            advice = "Pindahkan antena ke tempat yang lebih terbuka." if is_weak else _LOOK
        title = "Modem SMS" if len(names) == 1 else f"Modem SMS {process.partition('-')[2]}".strip()
        yield Condition(
            title=title,
            tone=tone,
            word=word,
            facts=tuple(fact for fact in (_operator(said), signal, _credit(said)) if fact),
            advice=advice,
            for_technician=said.get("advice", ""),
        )
    if not names:
        yield Condition(
            title="Modem SMS",
            tone=Tone.UNKNOWN,
            word="Belum pernah terhubung",
            advice="Tanpa modem, SMS warga tidak diterima. Minta teknisi memasangnya.",
        )


def _operator(said: Mapping[str, str]) -> str:
    return f"Operator {said['operator']}" if said.get("operator") else ""


def _signal(dbm: str) -> tuple[str, bool]:
    try:
        level = int(dbm)
    except ValueError:
        return "", False
    word = next((word for least, word in _SIGNALS if level > least), _WEAK)
    return f"Sinyal {word} ({level} dBm)", word == _WEAK


def _credit(said: Mapping[str, str]) -> str:
    left, until = said.get("balance_rp", ""), said.get("valid_until", "")
    parts = [f"Pulsa Rp{left}" if left else "", f"Kartu berlaku sampai {until}" if until else ""]
    return ". ".join(part for part in parts if part)


def uplink(seen: Seen) -> Condition:
    """The way to the city, and what waits for it."""
    said = seen.gauges.get("sync", {})
    link, since = said.get("link", ("", seen.now.wall))
    waiting = f"{seen.backlog} catatan menunggu dikirim ke kota"
    if seen.oldest:
        waiting += f", tertua {moment(seen.oldest)}"
    acked = f"Terakhir diterima kota {moment(seen.acked_at)}" if seen.acked_at else ""
    trouble = said.get("link_alarm", ("", since))[0]
    title, facts = "Hubungan ke kota", tuple(filter(None, (waiting, acked)))
    if link == "up":
        return Condition(
            title=title,
            tone=Tone.WATCH if trouble else Tone.GOOD,
            word="Tersambung",
            facts=facts,
            advice=_LOOK if trouble else "",
            for_technician=trouble,
        )
    reason = said.get("link_reason", ("", since))[0]
    return Condition(
        title=title,
        tone=Tone.BAD if link else Tone.UNKNOWN,
        word="Putus" if link else "Belum pernah tersambung",
        facts=(f"Sejak {moment(since)}", *facts) if link else facts,
        advice="Laporan tetap diterima dan tersimpan, dan dikirim sendiri begitu tersambung. "
        "Periksa kabel dan perangkat internet kantor; lebih dari sehari, hubungi kota.",
        for_technician="; ".join(part for part in (trouble, reason) if part),
    )


def others(gauges: Gauges) -> Iterator[Condition]:
    """What is only shown once it has a trouble."""
    for process, name, title in (
        ("gate", "problem", "WiFi warga"),
        ("kiosk", "printer_advice", "Pencetak slip"),
    ):
        if trouble := gauges.get(process, {}).get(name, ("",))[0]:
            yield Condition(
                title=title, tone=Tone.BAD, word="Bermasalah", advice=_LOOK, for_technician=trouble
            )
    for process, said in gauges.items():
        if process.startswith("posko-") and (trouble := said.get("problem", ("",))[0]):
            yield Condition(
                title=f"Program {process}",
                tone=Tone.BAD,
                word="Gagal terus",
                advice=_LOOK,
                for_technician=trouble,
            )
    if salvaged := gauges.get("store", {}).get("salvaged_at", ("",))[0]:
        yield Condition(
            title="Basis data",
            tone=Tone.WATCH,
            word="Pernah rusak dan diselamatkan",
            advice="Beri tahu teknisi: kartu memori mungkin perlu diganti.",
            for_technician=f"store salvaged_at = {salvaged}; see docs/runbook.md, Damaged database",
        )
