"""The gate's loop: sessions of the database into the kernel, the kernel's counts into the database.

Whatever fails, the kernel is left as it is: those inside stay until their time is over, strangers
stay outside. What failed is told once, and tried again.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from appliance.domain.moment import Moment
from appliance.runtime.neighbours import Neighbour
from appliance.runtime.wifi_settings import Wifi
from wifi_gate import forwarding
from wifi_gate.accounts import Accounts
from wifi_gate.addresses import AddressBook
from wifi_gate.ledger import Ledger
from wifi_gate.plan import Plan
from wifi_gate.problems import Problems
from wifi_gate.table import Table

TURN_S = 0.2
"""How long it sleeps at most; a commit of another process wakes it."""
TICK_MS = 2000
"""How often counters, neighbours and the rules themselves are looked at."""
_RETRY_MS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """What the gate asks of the machine, or does to it, beside nftables; OSError if it fails."""

    neighbours: Callable[[Collection[str]], Sequence[Neighbour]]
    flush_mark: Callable[[int], None]
    flush_sources: Callable[[Collection[str]], None]
    shape: Callable[[Mapping[int, str]], None]
    """The sessions to be shaped: slot -> zone."""
    is_online: Callable[[], bool]
    """Whether the Internet is there; asked at every turn."""
    advertise: Callable[[], None]
    """Tell devices of IPv6 where the portal's API is; called at every turn."""


class Gate:
    """One thread's work."""

    def __init__(
        self,
        wifi: Wifi,
        table: Table,
        accounts: Accounts,
        edges: Edges,
        *,
        problems: Problems,
        now: Callable[[], Moment],
    ) -> None:
        self._wifi, self._table, self._accounts = wifi, table, accounts
        self._edges, self._now = edges, now
        self._book = AddressBook(wifi.zones)
        self._ledger = Ledger(zone.policy for zone in wifi.zones)
        self._blocked: set[str] = set()
        self._has_read = False
        self._has_ipv6 = any(one.ipv6 for one in wifi.zones)
        self._is_online = True
        self._next_tick_ms = 0
        self.problems = problems

    def run(
        self,
        stop: threading.Event,
        on_ready: Callable[[], None],
        on_turn: Callable[[], None] = lambda: None,
    ) -> None:
        """Work until told to stop; the kernel keeps what it has. Ready is when rules are there."""
        is_ready = False
        while not stop.is_set():
            self.turn()
            on_turn()
            if not is_ready and self._table.is_there:
                is_ready = True
                on_ready()
            self._accounts.wait(TURN_S)

    def turn(self) -> None:
        """Do what is to be done now."""
        now = self._now()
        self._edges.advertise()
        is_tick = now.mono_ms >= self._next_tick_ms
        if is_tick:
            self._next_tick_ms = now.mono_ms + TICK_MS
            self._look(now)
        has_switched = self._watch_uplink()
        if self._read(now, is_tick=is_tick) or is_tick or has_switched:
            self._ledger.judge(self._blocked, self._table.known, now)
            if "nftables" not in self.problems:
                self._bring(now)
                if has_switched:
                    self._free_from_portal()
                self._note(now, is_tick=is_tick)

    def _look(self, now: Moment) -> None:
        with self.problems.guard("nftables"):
            self._table.look(now.mono_ms / 1000)
            self._ledger.count(self._table.known)
        self._see()

    def _watch_uplink(self) -> bool:
        """Whether the Internet has just gone or come back."""
        was_online, self._is_online = self._is_online, self._edges.is_online()
        return was_online != self._is_online

    def _free_from_portal(self) -> None:
        """What was led to the portal while the Internet was away begins anew, and the reverse."""
        with self.problems.guard("connection tracking"):
            self._edges.flush_sources({address for _, address in self._table.known.up})

    def _see(self) -> None:
        with self.problems.guard("neighbour table"):
            seen = self._edges.neighbours([zone.interface for zone in self._wifi.zones])
            self._book.learn(seen, self._ledger.macs())

    def _read(self, now: Moment, *, is_tick: bool) -> bool:
        """Take in what the database says; False if it says nothing new."""
        if not (self._accounts.is_open or is_tick):
            return False
        with self.problems.guard("database"):
            news = self._accounts.news(now)
        if "database" in self.problems:
            self._accounts.give_up()
            return False
        if news is None:
            return False
        self._ledger.read(news.sessions, self._table.known, now)
        self._blocked = news.blocked
        if not self._book.knows(self._ledger.macs()):
            self._see()
        if not self._has_read:
            self._book.adopt(self._table.known.up)
            self._has_read = True
        return True

    def _bring(self, now: Moment) -> None:
        """Bring the kernel to the sessions wanted; before they are known it is left alone."""
        if self._table.is_there and not self._has_read:
            return
        self._edges.shape(self._ledger.zones())
        is_current = self._table.is_current
        with self.problems.guard("rules"):
            wanted = self._ledger.wanted(self._book.by_device())
            made = self._table.bring(wanted, now.mono_ms / 1000, is_online=self._is_online)
            self._flush(made)
        if "rules" in self.problems:
            self._close_ways(now)
        elif not (is_current and forwarding.is_on(has_ipv6=self._has_ipv6)):
            self._open_ways()

    def _open_ways(self) -> None:
        """The rules are in force: packets may be passed on."""
        with self.problems.guard("bridge guard"):
            self._table.guard_bridges()
        with self.problems.guard("forwarding"):
            forwarding.turn_on(self._wifi.wan, has_ipv6=self._has_ipv6)

    def _close_ways(self, now: Moment) -> None:
        """Try again soon; without a table nothing is passed on meanwhile."""
        self._next_tick_ms = now.mono_ms + _RETRY_MS
        if not self._table.is_there:
            with self.problems.guard("forwarding"):
                forwarding.turn_off()

    def _flush(self, made: Plan) -> None:
        with self.problems.guard("connection tracking"):
            for mark in made.marks_to_flush:
                self._edges.flush_mark(mark)
            if made.sources_to_flush:
                self._edges.flush_sources(made.sources_to_flush)

    def _note(self, now: Moment, *, is_tick: bool) -> None:
        """Write down what has been done, unless it has not; what has ended once it is counted."""
        if "rules" in self.problems or not self._has_read:
            return
        with self.problems.guard("accounts"):
            self._accounts.take_up(self._ledger, now)
            if is_tick:
                self._accounts.close(self._ledger, now)
                self._accounts.record(self._ledger, now)
                self._accounts.state(
                    self._ledger, str(self.problems), now, is_online=self._is_online
                )
        if "accounts" in self.problems:
            self._accounts.give_up()
