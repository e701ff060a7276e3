"""What the words of a box change at the city, in the caller's transaction.

Answers are built from what is in the database, and are not true before the caller has committed.
Repeating any message changes nothing but counters.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from appliance.domain.city import wire
from appliance.domain.ids import SiteCode
from appliance.domain.moment import to_ms
from command_center.privacy import erasing
from command_center.receiving import applying
from command_center.receiving.applying import Arrival
from command_center.store import this_city
from command_center.store.cases import ticket_serials
from command_center.store.fleet import boxes
from command_center.store.receiving import streams
from command_center.store.receiving.streams import StreamKey
from command_center.store.sending import downlinks

log = logging.getLogger(__name__)

RENUMBER_AT_MOST = 1_000_000
"""A city restored from a backup may lag behind its boxes by this many events, not by more."""


def store(
    connection: Connection,
    arrival: Arrival,
    now: datetime,
    *,
    apply: applying.Apply = applying.apply,
) -> wire.Ack:
    """Store a batch; what is already there is skipped, one beyond a gap is refused with `want`."""
    batch = arrival.batch
    key = StreamKey(str(arrival.site), batch.epoch, batch.lane)
    boxes.heard(connection, arrival.site, now)
    upto = streams.claim(connection, key, now)
    if batch.first > upto + 1:
        streams.count_gap(connection, key)
        log.warning("gap site=%s lane=%s want=%s got=%s", key.site, key.lane, upto + 1, batch.first)
        return _ack(key, upto, now, want=upto + 1, session=batch.session)
    numbered = list(enumerate(batch.events, start=batch.first))
    fresh = [(seq, event) for seq, event in numbered if seq > upto]
    again = numbered[: len(numbered) - len(fresh)]
    if streams.differing(connection, key, again):
        _report_clone(connection, arrival.site, now)
        return _ack(key, upto, now, session=batch.session, renew=True)
    kept = apply(connection, arrival, erasing.as_allowed(connection, fresh), now)
    streams.keep(connection, key, kept, now)
    rejects = streams.rejects(connection, key, batch.first, upto) + streams.rejected(kept)
    upto = max(upto, numbered[-1][0])
    streams.advance(connection, key, upto, now, duplicates=len(again))
    return _ack(key, upto, now, rejects=rejects, session=batch.session)


def hello(
    connection: Connection, site: SiteCode, message: wire.Hello, now: datetime
) -> tuple[wire.Welcome, list[wire.Ack]]:
    """Note what a box says of itself; return the welcome and where each of its lanes stands.

    The downlink goes back to what the box says it has applied, so that the sender starts there.
    """
    if wire.VERSION not in message.versions:
        log.warning("box speaks no version of ours site=%s versions=%s", site, message.versions)
    if not boxes.introduced(connection, site, message, now):
        _report_clone(connection, site, now)
    _resume_downlink(connection, site, message.down)
    welcome = wire.Welcome(
        epoch=this_city.epoch(connection),
        blocks=ticket_serials.used_blocks(connection, site, message.epoch),
        now=to_ms(now),
        session=message.session,
    )
    return welcome, [_greet(connection, site, message, lane, now) for lane in message.lanes]


def ack_down(connection: Connection, site: SiteCode, ack: wire.Ack, now: datetime) -> bool:
    """Move the downlink cursor of a box; False when the ack is not about what we sent.

    The cursor goes back only if the box asks for it with `want`.
    """
    boxes.heard(connection, site, now)
    lane = downlinks.claim(connection, site)
    if ack.epoch != this_city.epoch(connection) or ack.upto > lane.last_seq:
        return False
    for reject in ack.reject:
        log.warning("box set an event aside site=%s seq=%s code=%s", site, reject.seq, reject.code)
        downlinks.set_reject(connection, site, reject)
    if ack.upto > lane.acked_seq or ack.want is not None:
        downlinks.set_acked(connection, site, ack.upto)
    return True


def _report_clone(connection: Connection, site: SiteCode, now: datetime) -> None:
    log.error("two machines use the identity of one box site=%s; look for a copied card", site)
    boxes.cloned(connection, site, now)


def _ack(
    key: StreamKey,
    upto: int,
    now: datetime,
    *,
    session: str | None,
    want: int | None = None,
    rejects: Sequence[wire.Reject] = (),
    renew: bool = False,
) -> wire.Ack:
    return wire.Ack(
        epoch=key.epoch,
        lane=cast("wire.LaneName", key.lane),
        upto=upto,
        want=want,
        reject=list(rejects),
        now=to_ms(now),
        session=session,
        renew=renew,
    )


def _greet(
    connection: Connection, site: SiteCode, hello: wire.Hello, lane: wire.LaneName, now: datetime
) -> wire.Ack:
    key, known = StreamKey(str(site), hello.epoch, lane), hello.lanes[lane]
    upto = streams.claim(connection, key, now)
    if known.first > upto + 1:
        log.error("events are gone site=%s lane=%s %s..%s", *key[::2], upto + 1, known.first - 1)
        upto = known.first - 1
        streams.advance(connection, key, upto, now)
    if upto > known.last:
        log.warning("box is behind the city site=%s lane=%s upto=%s", *key[::2], upto)
    want = upto + 1 if upto < known.acked else None
    rejects = streams.rejects(connection, key, known.acked + 1, upto)
    return _ack(key, upto, now, rejects=rejects, want=want, session=hello.session)


def _resume_downlink(
    connection: Connection, site: SiteCode, applied: wire.DownCursor | None
) -> None:
    lane = downlinks.claim(connection, site)
    is_ours = applied is not None and applied.epoch == this_city.epoch(connection)
    seq = applied.seq if applied is not None and is_ours else 0
    if seq > lane.last_seq + RENUMBER_AT_MOST:
        log.error("box claims an impossible downlink site=%s seq=%s; ignored", site, seq)
    elif seq > lane.last_seq:
        log.error("box has applied more than we sent site=%s seq=%s; renumbering", site, seq)
        downlinks.renumber_after(connection, site, seq)
    elif seq != lane.acked_seq:
        downlinks.set_acked(connection, site, seq)
