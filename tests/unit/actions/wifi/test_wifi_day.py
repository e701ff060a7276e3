"""Whatever a device does in a day, it has no more of it than the zones give: a model of that."""

import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from appliance.actions.wifi import wifi_leases
from appliance.actions.wifi import wifi_sessions as wifi
from appliance.actions.wifi.wifi_sessions import Device, Fresh
from appliance.domain.moment import Moment
from appliance.domain.wifi import sessions as rules
from appliance.domain.wifi.sessions import Ending, Session
from appliance.store import housekeeping, migrate
from appliance.store.database import connect
from appliance.store.wifi import wifi_sessions as sessions
from appliance.store.wifi.wifi_sessions import LeaseUse
from tests.builders import a_zone_policy
from tests.conftest import EPOCH, SITE, at

DAILY_S = 3600
ZONES = [a_zone_policy(zone=zone, session_s=1800, daily_s=DAILY_S) for zone in ("kantor", "taman")]
FIRST_DAY = rules.local_day(at().wall)
PHONES = st.integers(min_value=1, max_value=2)


class Day(RuleBasedStateMachine):
    """Two phones, two zones, and a gate that lets sessions through for as long as they last."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "posko.db"
        migrate.ensure(path, SITE, lambda: EPOCH)
        self.db = connect(path)
        self.passed = timedelta(hours=10)
        self.boots = 0
        self.booted = timedelta()
        self.made = 0
        self.had_s: dict[tuple[str, str], int] = {}
        """Seconds let through, by phone and day."""
        self.owner: dict[str, str] = {}

    def teardown(self) -> None:
        with closing(self.db):
            self.folder.cleanup()

    def now(self) -> Moment:
        since_boot = self.passed - self.booted
        return replace(
            at(),
            wall=at().wall + self.passed,
            boot_id=f"boot-{self.boots}",
            mono_ms=int(since_boot.total_seconds() * 1000),
        )

    def device(self, phone: int, zone: int) -> Device:
        return Device(mac=f"02:00:00:00:00:{phone:02x}", zone=ZONES[zone])

    @rule(phone=PHONES, zone=st.integers(0, 1))
    def open(self, phone: int, zone: int) -> None:
        self.made += 1
        fresh = Fresh(
            session_id=f"00000000-0000-7000-8000-{self.made:012d}",
            resume_code=f"CODE{self.made}",
            salt=bytes([self.made % 256]) * 32,
        )
        opened = wifi.open_session(self.db, self.device(phone, zone), self.now(), fresh)
        if isinstance(opened, Session) and opened.id == fresh.session_id:
            self.owner[opened.id] = str(phone)
        self.gate()

    @rule(phone=PHONES, zone=st.integers(0, 1))
    def extend(self, phone: int, zone: int) -> None:
        wifi.extend(self.db, self.device(phone, zone), self.now())
        self.gate()

    @rule(phone=PHONES)
    def end(self, phone: int) -> None:
        live = sessions.live_by_mac(self.db, self.device(phone, 0).mac)
        if live is not None:
            wifi.end(self.db, live.id, Ending.USER)
        self.gate()

    @rule(minutes=st.sampled_from([7, 25, 25, 40, 200]))
    def wait(self, minutes: int) -> None:
        for _ in range(minutes):
            day = rules.local_day(self.now().wall)
            for session in sessions.for_gate(self.db):
                left = rules.remaining_s(session, self.now())
                key = (self.owner[session.id], day)
                self.had_s[key] = self.had_s.get(key, 0) + min(60, left)
            self.passed += timedelta(minutes=1)
            self.gate()

    @rule()
    def reboot(self) -> None:
        self.note()
        self.boots += 1
        self.booted = self.passed
        self.note()

    @rule()
    def keep_house(self) -> None:
        housekeeping.keep_house(self.db, self.now().wall)

    def note(self) -> None:
        now = self.now()
        live = [one for one in sessions.for_gate(self.db) if one.mac is not None]
        wifi_leases.record(self.db, [self.use(one, now) for one in live], now)

    def use(self, session: Session, now: Moment) -> LeaseUse:
        used_s = rules.used_s(session, now)
        return LeaseUse(session_id=session.id, used_s=used_s, up_bytes=0, down_bytes=0)

    def gate(self) -> None:
        """Let through what is new, cut what is over or was ended."""
        now = self.now()
        found = sessions.for_gate(self.db)
        fresh = [one for one in found if one.mac is not None and one.lease_boot_id is None]
        slots = {one.id: int(one.id[-6:]) for one in fresh}
        wifi_leases.take_up(self.db, slots, now)
        over = {}
        for session in sessions.for_gate(self.db):
            if session.mac is None:
                over[self.use(session, now)] = session.ended_by or Ending.USER
            elif rules.remaining_s(session, now) < 1:
                over[self.use(session, now)] = Ending.TIME
        wifi_leases.close(self.db, over, now)

    @invariant()
    def no_day_gives_more_than_its_allowance(self) -> None:
        """A session that ran over midnight is known while it lives, and not once it has ended: the
        salt of its day is deleted (docs/privacy.md)."""
        for (_, day), seconds in self.had_s.items():
            assert seconds <= (DAILY_S if day == FIRST_DAY else 2 * DAILY_S)

    @invariant()
    def a_phone_has_one_session(self) -> None:
        live = [one.mac for one in sessions.for_gate(self.db) if one.mac is not None]
        assert len(live) == len(set(live))


TestDay = Day.TestCase
TestDay.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
