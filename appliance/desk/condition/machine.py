"""Disk, temperature, voltage, clock and backup. Pure."""

from datetime import datetime, timedelta

from appliance.desk.condition.parts import Condition, Seen, Tone, moment
from appliance.domain.moment import Moment

MB = 1_000_000
LITTLE_BYTES, SCARCE_BYTES = 1000 * MB, 200 * MB
"""Below 64 MiB the box takes no photos any more (docs/runbook.md, Disk full)."""
WARM_C, HOT_C = 70.0, 80.0
"""A Raspberry Pi slows itself down from 80."""
BACKUP_EVERY = timedelta(days=2)


def disk(seen: Seen) -> Condition:
    """Room on the disk."""
    free = seen.disk_free_bytes
    facts = (f"{free // MB:,} MB dari {seen.disk_bytes // MB:,} MB kosong".replace(",", "."),)
    if free >= LITTLE_BYTES:
        return Condition(title="Penyimpanan", tone=Tone.GOOD, word="Cukup", facts=facts)
    is_scarce = free < SCARCE_BYTES
    return Condition(
        title="Penyimpanan",
        tone=Tone.BAD if is_scarce else Tone.WATCH,
        word="Hampir penuh" if is_scarce else "Tinggal sedikit",
        facts=facts,
        advice="Minta teknisi mengosongkan penyimpanan; bila penuh, laporan tidak diterima.",
        for_technician="docs/runbook.md, Disk full",
    )


def temperature(celsius: float | None) -> Condition:
    """How hot the processor is."""
    if celsius is None:
        return Condition(title="Suhu", tone=Tone.UNKNOWN, word="Tidak terbaca di komputer ini")
    tone = Tone.BAD if celsius >= HOT_C else Tone.WATCH if celsius >= WARM_C else Tone.GOOD
    word = {Tone.BAD: "Terlalu panas", Tone.WATCH: "Panas"}.get(tone, "Wajar")
    return Condition(
        title="Suhu",
        tone=tone,
        word=word,
        facts=(f"{celsius:.0f} °C",),
        advice=""
        if tone is Tone.GOOD
        else "Pindahkan kotak dari matahari dan beri ruang udara; bersihkan debu dan kipasnya.",
    )


def voltage(*, is_low: bool | None) -> Condition:
    """Whether the power supply is strong enough."""
    if is_low is None:
        return Condition(
            title="Tegangan listrik", tone=Tone.UNKNOWN, word="Tidak terbaca di komputer ini"
        )
    if not is_low:
        return Condition(title="Tegangan listrik", tone=Tone.GOOD, word="Cukup")
    return Condition(
        title="Tegangan listrik",
        tone=Tone.BAD,
        word="Terlalu rendah",
        advice="Pakai adaptor dan kabel asli kotak (5 V 3 A), tanpa sambungan, dan lepas perangkat "
        "USB yang tidak perlu. Tegangan rendah merusak kartu memori.",
    )


def clock(now: Moment) -> Condition:
    """Whether the time can be believed."""
    facts = (moment(now.wall),)
    if now.is_exact:
        return Condition(title="Jam", tone=Tone.GOOD, word="Disetel lewat internet", facts=facts)
    if now.is_trusted:
        return Condition(title="Jam", tone=Tone.GOOD, word="Dari jam perangkat", facts=facts)
    return Condition(
        title="Jam",
        tone=Tone.WATCH,
        word="Belum disetel",
        facts=facts,
        advice="Bandingkan dengan jam Anda. Begitu internet tersambung, jam disetel sendiri; "
        "sampai saat itu batas waktu laporan tidak berjalan.",
    )


def backup(seen: Seen) -> Condition:
    """What `posko backup` has stated: when the last good one was, and why there is no newer."""
    told = seen.gauges.get("backup", {})
    at, problem = _time(told.get("last_at", ("",))[0]), told.get("problem", ("",))[0]
    if at is None:
        return Condition(
            title="Cadangan",
            tone=Tone.WATCH,
            word="Belum pernah",
            advice="Bila kartu memori rusak, yang belum terkirim ke kota hilang. Minta teknisi "
            "mengatur pencadangan.",
            for_technician=problem,
        )
    is_old = seen.now.wall - at > BACKUP_EVERY
    return Condition(
        title="Cadangan",
        tone=Tone.WATCH if is_old or problem else Tone.GOOD,
        word="Sudah lama" if is_old else "Gagal terakhir kali" if problem else "Ada",
        facts=(moment(at),),
        advice="Minta teknisi memeriksa pencadangan." if is_old or problem else "",
        for_technician=problem,
    )


def _time(iso: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return None
    return at if at.tzinfo else None
