"""Naming what ended an attempt to connect, with a second look at the broker where that helps."""

import ssl
from datetime import UTC, datetime

from mqtt_link import fault
from mqtt_link.access import Access
from mqtt_link.certificate import Validity, validity
from mqtt_link.client import CONNECT_TIMEOUT_S
from mqtt_link.fault import Fault


def of_attempt(error: Exception, where: Access) -> Fault:
    """Why an attempt failed; dates are told together with what this machine's clock says."""
    if not fault.is_about_dates(error):
        return fault.of_attempt(error)
    now, shown = datetime.now(UTC), _shown_by(where)
    known = shown and fault.of_dates("the broker's certificate", shown, now)
    return known or fault.of_unknown_dates(now)


def _shown_by(where: Access) -> Validity | None:
    """The dates of the certificate that the broker shows, fetched without trusting it."""
    address = (where.host, where.port)
    try:
        return validity(ssl.get_server_certificate(address, timeout=CONNECT_TIMEOUT_S))
    except (OSError, ValueError):
        return None
