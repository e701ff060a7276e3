"""New certificates for boxes that ask before theirs end: a chore of the center.

Only a box that has a valid one is answered, and only when its end is near. What it gets travels as
a command, so that the city sees whether it was put into force.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from appliance.domain.errors import BadInput, PoskoError
from appliance.domain.ids import SiteCode
from command_center.fleet import authority
from command_center.fleet.authority import Authority
from command_center.sending import commanding
from command_center.store.database import reading, writing
from command_center.store.fleet import credentials, enrolments
from command_center.store.fleet.credentials import Credential
from mqtt_link.fault import WARN_BEFORE

log = logging.getLogger(__name__)

COMMAND = "install_certificate"
ANSWER_FROM = WARN_BEFORE * 2
"""Before the end of the certificate; a box asks from WARN_BEFORE on, by its own clock."""
GOOD_FOR = timedelta(days=30)
"""Of the command; a box that was away longer asks again."""


def answer(
    engine: Engine, signer: Authority | None, now: datetime, new_id: Callable[[], str]
) -> int:
    """Answer whoever waits; return how many got a certificate. What cannot be done now stays."""
    with reading(engine) as connection:
        waiting = enrolments.asked_renewals(connection)
    done = 0
    for site, csr in waiting:
        try:
            given = _certificate(engine, signer, site, csr, now)
            _hand_out(engine, given, now, new_id)
        except BadInput as error:
            log.warning("renewal refused site=%s reason=%s", site, error)
        except PoskoError as error:
            log.error("a certificate cannot be renewed: %s", error)
            break
        else:
            done += 1
        with writing(engine) as connection:
            enrolments.settle_renewal(connection, site)
    return done


def _certificate(
    engine: Engine, signer: Authority | None, site: SiteCode, csr: str, now: datetime
) -> Credential:
    """The one of this key: a new one, unless the box has asked for it before."""
    if signer is None:
        raise BadInput("fleet.ca_key is not set")
    key = authority.key_of_request(csr, site)
    with reading(engine) as connection:
        valid = [c for c in credentials.of_site(connection, site) if _is_valid(c, now)]
    if given := next((c for c in valid if c.key == key), None):
        return given
    _check(valid, now)
    made = signer.sign(csr, site, now)
    with writing(engine) as connection:
        credentials.add(connection, made)
    return made


def _hand_out(engine: Engine, given: Credential, now: datetime, new_id: Callable[[], str]) -> None:
    commanding.issue(
        engine,
        [given.site],
        COMMAND,
        {"certificate": given.certificate},
        expires_s=int(GOOD_FOR.total_seconds()),
        now=now,
        new_id=new_id,
    )
    log.info("certificate renewed site=%s until=%s", given.site, given.ends_at)


def _is_valid(one: Credential, now: datetime) -> bool:
    return one.revoked_at is None and one.ends_at is not None and one.ends_at > now


def _check(valid: list[Credential], now: datetime) -> None:
    ends = max((c.ends_at for c in valid if c.ends_at), default=None)
    if ends is None:
        raise BadInput("it has no certificate of ours that could be renewed")
    if ends > now + ANSWER_FROM:
        raise BadInput(f"its certificate is good until {ends:%Y-%m-%d}")
