"""The gate's book of sessions: their slots, their time, what they have used, why they end. Pure.

Time is counted from one moment for each session, so that rounding never adds up.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from appliance.domain.moment import Moment
from appliance.domain.wifi import sessions as rules
from appliance.domain.wifi.sessions import LEASE_FLUSH_S, Ending, Session, ZonePolicy
from appliance.store.wifi.wifi_sessions import LeaseUse
from wifi_gate.kernel import Kernel
from wifi_gate.plan import Wanted
from wifi_gate.shaping import FIRST_ZONE_CLASS

LAST_SLOT = FIRST_ZONE_CLASS - 1
"""A slot is also the number of a traffic class."""
_FLUSH_EARLY_S = 4
"""So much sooner than promised, since the gate looks every two seconds."""
_FLUSH_FROM_SHARE = 100
"""A session that has used a hundredth of its data since the last flush is written at once."""


@dataclass(slots=True)
class Lease:
    """One session as the gate has it; `began_ms` is when its time would have begun without gaps."""

    session: Session
    slot: int
    began_ms: int
    up_bytes: int
    down_bytes: int
    written_ms: int
    written_bytes: int
    is_noted: bool
    ending: Ending | None = None

    @property
    def ends_at_ms(self) -> int:
        """When its time is over."""
        return self.began_ms + self.session.granted_s * 1000

    def use(self, now: Moment) -> LeaseUse:
        """What it has used, with seconds rounded up."""
        used_s = -(-(now.mono_ms - self.began_ms) // 1000)
        return LeaseUse(
            session_id=self.session.id,
            used_s=min(self.session.granted_s, used_s),
            up_bytes=self.up_bytes,
            down_bytes=self.down_bytes,
        )

    def wrote(self, now: Moment) -> None:
        """Its use is in the database."""
        self.is_noted = True
        self.written_ms, self.written_bytes = now.mono_ms, self.up_bytes + self.down_bytes

    def is_due(self, now: Moment) -> bool:
        """Whether its use must be written."""
        if now.mono_ms - self.written_ms >= (LEASE_FLUSH_S - _FLUSH_EARLY_S) * 1000:
            return True
        moved = self.up_bytes + self.down_bytes - self.written_bytes
        granted = self.session.granted_bytes
        return granted is not None and moved * _FLUSH_FROM_SHARE >= granted


class Ledger:
    """All sessions that live or are still to be closed."""

    def __init__(self, policies: Iterable[ZonePolicy]) -> None:
        self._policies = {policy.zone: policy for policy in policies}
        self._last_slot = 0
        self.leases: dict[str, Lease] = {}

    def read(self, sessions: Iterable[Session], kernel: Kernel, now: Moment) -> None:
        """Take in what the database says; a slot is given to whoever has none.

        What the kernel has counted is taken in too, lest the use of a session that was ended while
        no gate ran be lost.
        """
        listed = {session.id: session for session in sessions}
        for gone in self.leases.keys() - listed.keys():
            del self.leases[gone]
        taken = kernel.slots() | {one.slot for one in listed.values() if one.slot is not None}
        taken |= {lease.slot for lease in self.leases.values()}
        if not self._last_slot:
            self._last_slot = max(taken, default=0)
        for session in listed.values():
            if lease := self.leases.get(session.id):
                lease.session = session
            else:
                self.leases[session.id] = self._lease(session, taken, now)
        self.count(kernel)

    def count(self, kernel: Kernel) -> None:
        """Take in the kernel's counters; none ever counts down."""
        for lease in self.leases.values():
            up, down = kernel.usage(lease.slot)
            lease.up_bytes = max(lease.up_bytes, up)
            lease.down_bytes = max(lease.down_bytes, down)

    def judge(self, blocked: Collection[str], kernel: Kernel, now: Moment) -> None:
        """Find out which sessions have ended."""
        for lease in self.leases.values():
            if lease.ending is None:
                lease.ending = self._ending(lease, blocked, kernel, now)

    def wanted(self, addresses: Mapping[tuple[str, str], list[str]]) -> list[Wanted]:
        """The sessions to let through, by (zone, MAC) -> addresses."""
        return [
            Wanted(
                slot=lease.slot,
                mac=lease.session.mac,
                addresses=addresses.get((lease.session.zone, lease.session.mac), []),
                ends_at_s=lease.ends_at_ms / 1000,
                limit_bytes=lease.session.granted_bytes,
                up_bytes=lease.up_bytes,
                down_bytes=lease.down_bytes,
            )
            for lease in self.open_leases()
            if lease.session.mac is not None
        ]

    def open_leases(self) -> list[Lease]:
        """Those that have not ended."""
        return [lease for lease in self.leases.values() if lease.ending is None]

    def ended(self) -> list[tuple[Lease, Ending]]:
        """Those that have ended, and why."""
        return [(one, one.ending) for one in self.leases.values() if one.ending is not None]

    def macs(self) -> set[str]:
        """The devices with a session."""
        return {one.session.mac for one in self.leases.values() if one.session.mac is not None}

    def zones(self) -> dict[int, str]:
        """The zone of each slot in use."""
        return {lease.slot: lease.session.zone for lease in self.open_leases()}

    def census(self) -> dict[str, int]:
        """How many sessions are open in each zone, empty ones too."""
        counts = Counter(self.zones().values())
        return {zone: counts[zone] for zone in self._policies}

    def _ending(
        self, lease: Lease, blocked: Collection[str], kernel: Kernel, now: Moment
    ) -> Ending | None:
        session, policy = lease.session, self._policies.get(lease.session.zone)
        if session.mac is None:
            return session.ended_by or Ending.STAFF
        if session.mac in blocked:
            return Ending.BLOCKED
        if policy is None:
            return Ending.STAFF
        if lease.ends_at_ms <= now.mono_ms:
            return Ending.TIME if policy.is_open(now.wall) else Ending.HOURS
        return Ending.QUOTA if kernel.is_spent(lease.slot) else None

    def _lease(self, session: Session, taken: set[int], now: Moment) -> Lease:
        is_of_now = session.lease_boot_id in (None, now.boot_id)
        return Lease(
            session=session,
            slot=self._free_slot(taken) if session.slot is None else session.slot,
            began_ms=now.mono_ms - rules.used_s(session, now) * 1000,
            up_bytes=session.up_bytes,
            down_bytes=session.down_bytes,
            written_ms=now.mono_ms if is_of_now else now.mono_ms - LEASE_FLUSH_S * 1000,
            written_bytes=session.up_bytes + session.down_bytes,
            is_noted=session.slot is not None,
        )

    def _free_slot(self, taken: set[int]) -> int:
        """The next after the last one given: what lingers of a session counts for no other."""
        slot = self._last_slot % LAST_SLOT + 1
        while slot in taken:
            slot = slot % LAST_SLOT + 1
        taken.add(slot)
        self._last_slot = slot
        return slot
