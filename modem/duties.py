"""What a configured modem has to do when nothing else runs, most urgent first; pure.

Knows which messages were announced and when each regular look is due. Does not run anything.
"""

from collections import deque

from modem.events import Account, Timing
from modem.operators import of_network
from modem.procedures import reception
from modem.procedures.account import ask_balance
from modem.procedures.calls import hang_up
from modem.procedures.inspection import inspect
from modem.procedures.reattaching import reattach
from modem.procedures.steps import Collected, Configuration, Procedure
from modem.procedures.unlocking import Setup
from modem.unsolicited import Announced

# More announcements than any SIM has slots.
_MAX_NOTICES = 512
_EVERYTHING = Announced("", None)


class Duties:
    """Call `begin` after each start; `next` gives the procedure whose turn it is."""

    def __init__(self, setup: Setup, *, balance_code: str = "") -> None:
        self._setup = setup
        self._timing: Timing = setup.timing
        self._balance_code = balance_code
        self._notices: deque[Announced] = deque()
        self._is_acknowledgement_due = False
        self._is_ringing = False
        self._is_everything_due = False
        self._sweep_at_s = self._everything_at_s = self._inspect_at_s = 0.0
        self._balance_at_s = 0.0
        self._calm_at_s = 0.0
        self._lost_at_s: float | None = None
        self._silent_after_full_at_s: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be read first."""
        return not (self._notices or self._is_acknowledgement_due)

    def forget(self) -> None:
        """The port was opened anew: a sweep will find what was announced before."""
        self._notices.clear()
        self._is_acknowledgement_due = self._is_ringing = False

    def begin(self, configuration: Configuration, collected: Collected, now_s: float) -> None:
        """A start went through, and its sweep."""
        self._inspect_at_s = now_s + self._timing.inspect_every_s
        self._everything_at_s = now_s + self._timing.everything_every_s
        self._balance_at_s = max(self._balance_at_s, now_s + self._timing.calm_s)
        self._is_everything_due = not collected.is_complete
        self._plan_sweep(configuration, now_s, is_complete=collected.is_complete)

    def was_collected(
        self, configuration: Configuration, collected: Collected, total: int | None, now_s: float
    ) -> None:
        """Messages were read; a listing as long as the memory means that it was full."""
        if collected.most_listed:
            self.note_activity(now_s)
        if not collected.is_complete:
            # Whatever stayed may lie in another memory than the one announced in.
            self._is_everything_due = True
            self._plan_sweep(configuration, now_s, is_complete=False)
        elif total and collected.most_listed >= total:
            self._silent_after_full_at_s = now_s + self._timing.silent_after_full_s

    def announce(self, notice: Announced) -> None:
        """A message lies in a slot, or somewhere."""
        self._silent_after_full_at_s = None
        if notice not in self._notices and len(self._notices) < _MAX_NOTICES:
            self._notices.append(notice)

    def was_full(self, now_s: float) -> None:
        """No slot was free: free some, and see whether the network goes on."""
        self.announce(_EVERYTHING)
        self._silent_after_full_at_s = now_s + self._timing.silent_after_full_s

    def acknowledge(self) -> None:
        """A shown message is committed."""
        self._is_acknowledgement_due = True

    def take_acknowledgement(self) -> bool:
        """Whether one is due; then it no longer is."""
        is_due, self._is_acknowledgement_due = self._is_acknowledgement_due, False
        return is_due

    def ring(self) -> None:
        """Somebody calls: no message passes until the line is free."""
        self._is_ringing = True

    def note_activity(self, now_s: float) -> None:
        """Something was sent or received: not the time for USSD."""
        self._calm_at_s = now_s + self._timing.calm_s

    def network(self, *, is_registered: bool, now_s: float) -> None:
        """The network was seen, or not."""
        if is_registered:
            self._lost_at_s = None
        elif self._lost_at_s is None:
            self._lost_at_s = now_s

    def is_reattachment_due(self, now_s: float) -> bool:
        """Whether the network has been away too long, or silent since the memory was full."""
        lost_s = now_s - self._lost_at_s if self._lost_at_s is not None else 0.0
        silent_at_s = self._silent_after_full_at_s
        is_silent = silent_at_s is not None and now_s >= silent_at_s
        return is_silent or lost_s >= self._timing.lost_network_s

    def reattach(self) -> Procedure:
        """Leave the network and join it again."""
        self._silent_after_full_at_s = self._lost_at_s = None
        return reattach(self._timing)

    def next(self, configuration: Configuration, now_s: float) -> Procedure | None:
        """The procedure whose turn it is, if any."""
        timing = self._timing
        if self.take_acknowledgement():
            return reception.acknowledge(timing)
        if self._is_ringing:
            self._is_ringing = False
            return hang_up(timing)
        if self._notices:
            return self._fetch(self._notices.popleft(), configuration)
        return self._look(configuration, now_s)

    def _look(self, configuration: Configuration, now_s: float) -> Procedure | None:
        """What is done regularly."""
        if now_s >= self._sweep_at_s:
            return self._sweep(configuration, now_s)
        if now_s >= self._inspect_at_s:
            self._inspect_at_s = now_s + self._timing.inspect_every_s
            return inspect(configuration, self._timing)
        return self._ask_balance(configuration, now_s)

    def _fetch(self, notice: Announced, configuration: Configuration) -> Procedure:
        home, damage = configuration.memory, self._setup.damage
        memory = notice.memory or home
        if notice.index is None:
            return reception.sweep_all({memory} - {home}, home, damage, self._timing)
        return reception.fetch(memory, notice.index, home, damage, self._timing)

    def _sweep(self, configuration: Configuration, now_s: float) -> Procedure:
        self._plan_sweep(configuration, now_s, is_complete=True)
        if now_s >= self._everything_at_s:
            self._is_everything_due = True
            self._setup.damage.deletes.clear()
        is_everything = self._is_everything_due
        if is_everything:
            self._is_everything_due = False
            self._everything_at_s = now_s + self._timing.everything_every_s
        others = configuration.other_memories if is_everything else ()
        return reception.sweep_all(others, configuration.memory, self._setup.damage, self._timing)

    def _plan_sweep(self, configuration: Configuration, now_s: float, *, is_complete: bool) -> None:
        timing = self._timing
        every_s = timing.sweep_every_s if configuration.is_announcing else timing.poll_every_s
        self._sweep_at_s = now_s + (every_s if is_complete else timing.store_retry_s)

    def _ask_balance(self, configuration: Configuration, now_s: float) -> Procedure | None:
        operator = of_network(configuration.operator)
        code = self._balance_code or (operator.balance_code if operator else "")
        is_lost = self._lost_at_s is not None
        if not code or is_lost or now_s < max(self._balance_at_s, self._calm_at_s):
            return None
        self._balance_at_s = now_s + self._timing.balance_every_s
        return ask_balance(code, self._timing)


def merge(before: Account, now: Account) -> Account:
    """What was not told this time is as it was told before."""
    return Account(
        balance_rp=before.balance_rp if now.balance_rp is None else now.balance_rp,
        valid_until=now.valid_until or before.valid_until,
    )
