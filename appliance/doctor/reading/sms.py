"""The modems: looked over where nobody holds the port, else what posko-modem says of them."""

import errno
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from appliance.doctor.case import Case
from appliance.doctor.finding import Level
from appliance.doctor.judging.sms import Modem, Probed
from appliance.doctor.reading.database import stated

_LEVELS = {"ok": Level.OK, "warn": Level.WARN, "fail": Level.FAULT}
_SMS_READY_S = 5.0
_BAUD = 115_200


def modems(case: Case) -> Iterator[Modem]:
    """Each that is configured, in turn. Raises PermissionError for who may not open ports."""
    told = stated(case.database)
    for name, settings in case.box.modem.all.items():
        said = {key: value for key, (value, _) in told.get(name, {}).items()}
        yield look(settings.device, name=name, baud=settings.baud, said=said)


def ports(root: Path = Path("/")) -> list[str]:
    """Where modems may be, by their lasting names; each interface of one is a port."""
    return sorted(map(str, (root / "dev/serial/by-id").glob("*")))


def _instead() -> str:
    found = ", ".join(ports())
    return f"; there is {found}" if found else "; no port of a USB modem is there"


def look(
    device: str, *, name: str = "modem", baud: int = _BAUD, said: Mapping[str, str] | None = None
) -> Modem:
    """Look one over; `said` is what its daemon has stated. Raises PermissionError."""
    # Imported here: no other command needs a serial port.
    from modem.events import Timing  # noqa: PLC0415
    from modem.port import advice_on, open_port  # noqa: PLC0415
    from modem.session import look_over  # noqa: PLC0415

    try:
        port = open_port(device, baud=baud)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            raise PermissionError(error.errno, error.strerror, device) from None
        return Modem(
            name=name,
            device=device,
            stated=said or {},
            refusal=advice_on(error) + (_instead() if error.errno == errno.ENOENT else ""),
            is_held=error.errno in (errno.EBUSY, errno.EAGAIN),
        )
    with closing(port):
        findings = look_over(port, timing=Timing(sms_ready_s=_SMS_READY_S))
    probed = [
        Probed(check=f.check, level=_LEVELS[f.level], found=f.found, change=f.change)
        for f in findings
    ]
    return Modem(name=name, device=device, stated=said or {}, probed=probed)
