"""The modems: looked over where nobody holds the port, else what posko-modem says of them."""

import errno
from collections.abc import Iterator
from contextlib import closing

from appliance.doctor.case import Case
from appliance.doctor.finding import Level
from appliance.doctor.judging.sms import Modem, Probed
from appliance.doctor.reading.database import stated

_LEVELS = {"ok": Level.OK, "warn": Level.WARN, "fail": Level.FAULT}
_SMS_READY_S = 5.0


def modems(case: Case) -> Iterator[Modem]:
    """Each that is configured, in turn. Raises PermissionError for who may not open ports."""
    # Imported here: no other command needs a serial port.
    from modem.events import Timing  # noqa: PLC0415
    from modem.port import advice_on, open_port  # noqa: PLC0415
    from modem.session import look_over  # noqa: PLC0415

    told = stated(case.database)
    for name, settings in case.box.modem.all.items():
        said = {key: value for key, (value, _) in told.get(name, {}).items()}
        seen = Modem(name=name, device=settings.device, stated=said)
        try:
            port = open_port(settings.device, baud=settings.baud)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                raise PermissionError(error.errno, error.strerror, settings.device) from None
            yield Modem(
                name=name,
                device=settings.device,
                stated=said,
                refusal=advice_on(error),
                is_held=error.errno in (errno.EBUSY, errno.EAGAIN),
            )
            continue
        with closing(port):
            findings = look_over(port, timing=Timing(sms_ready_s=_SMS_READY_S))
        probed = [
            Probed(check=f.check, level=_LEVELS[f.level], found=f.found, change=f.change)
            for f in findings
        ]
        yield Modem(name=name, device=seen.device, stated=said, probed=probed)
