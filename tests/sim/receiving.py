"""Receiving (27.005 3.4, 23.040 9 and 10): announcing, storing, acknowledging, running full.

A message that the modem cannot take stays with the network, which tries again when the modem tells
it of free space (RP-SMMA), when it attaches, or when an SMS goes out.
"""

from tests.sim import smscodec
from tests.sim.air import FIRST_STAMP
from tests.sim.traits import Slot

RETRY_S = 0.05
"""How soon the network tries again after RP-SMMA."""
ACKNOWLEDGE_S = 15.0
"""How long the network waits for +CNMA (23.040: RP-ACK timer of the modem)."""

RECEIVING_COMMANDS = (
    (r"\+CNMI=(\d(?:, ?\d){0,4})", "_at_routing"),
    (r"\+CNMI=\?", "_at_routings"),
    (r"\+CNMI\?", "_at_routing_state"),
    (r"\+CSMS=([01])", "_at_service"),
    (r"\+CSMS\?", "_at_service_state"),
    (r"\+CNMA(?:=0)?", "_at_acknowledge"),
)


class Receiving:
    """A mixin of `SerialDevice`."""

    is_cnmi_supported = True
    acknowledge_s = ACKNOWLEDGE_S

    def _reset(self) -> None:
        super()._reset()
        self._unacknowledged: tuple[list[bytes], bytes] | None = None
        self._held: set[str] = set()

    def _restore(self) -> None:
        super()._restore()
        self._cnmi = [0, 0, 0, 0, 0]
        self._csms = 0

    # Settings

    def _at_routing(self, values: str) -> None:
        numbers = [int(value) for value in values.split(",")]
        ranges = self.personality.cnmi
        if not self.is_cnmi_supported or any(
            str(number) not in allowed.split(",")
            for number, allowed in zip(numbers, ranges, strict=False)
        ):
            self._cms(302)
            return
        self._cnmi[: len(numbers)] = numbers
        self._final()

    def _at_routings(self) -> None:
        self._tell("+CNMI: " + ",".join(f"({allowed})" for allowed in self.personality.cnmi))

    def _at_routing_state(self) -> None:
        self._tell("+CNMI: " + ",".join(str(value) for value in self._cnmi))

    def _at_service(self, value: str) -> None:
        self._csms = int(value)
        self._tell("+CSMS: 1,1,1")

    def _at_service_state(self) -> None:
        self._tell(f"+CSMS: {self._csms},1,1,1")

    # The air

    def _land(self) -> None:
        """Move messages from the air to the SIM while it has room: a network holds the rest."""
        if self.faults.hang or self._booted_at is not None or not self._is_sms_ready:
            return
        if not self.is_attached or self._rings_left:
            return
        for queue, take in ((self.air.reports, self._take_report), (self.air.waiting, self._route)):
            while queue and self._unacknowledged is None and take(queue[0]):
                self._confirm(queue)

    def _confirm(self, queue: list[bytes]) -> None:
        """The network hears that its first message arrived."""
        pdu = queue.pop(0)
        if queue is self.air.waiting and self.faults.redelivered:
            self.faults.redelivered -= 1
            queue.append(pdu)

    def _route(self, pdu: bytes) -> bool:
        is_flash = self.personality.shows_flash and smscodec.message_class(pdu) == 0
        if self._cnmi[1] == 2 or (is_flash and self._cnmi[1] == 1):
            return self._hand_over("+CMT: ,", pdu, self.air.waiting)
        return self._store("+CMTI", self._cpms[2], pdu, is_told=self._cnmi[1] in {1, 3})

    def _take_report(self, pdu: bytes) -> bool:
        if self._cnmi[3] == 1:
            return self._hand_over("+CDS: ", pdu, self.air.reports)
        if self._cnmi[3] == 2:
            memory = self.personality.report_memory or self._cpms[2]
            return self._store("+CDSI", memory, pdu, is_told=True)
        return True

    def _hand_over(self, header: str, pdu: bytes, queue: list[bytes]) -> bool:
        """Show a message; with +CSMS=1 it is the network's until +CNMA."""
        self._say(f"{header}{len(pdu) - 1 - pdu[0]}")
        if self.faults.urc_inside:
            self._say("+CREG: 1")
        self._say(pdu.hex().upper())
        if self._csms:
            self._unacknowledged = waited = (queue, pdu)
            self._after(self.acknowledge_s, lambda: self._give_up(waited))
        return not self._csms

    def _at_acknowledge(self) -> None:
        if self._unacknowledged is None:
            self._cms(340)
            return
        (queue, _), self._unacknowledged = self._unacknowledged, None
        self._confirm(queue)
        self._final()

    def _give_up(self, waited: tuple[list[bytes], bytes]) -> None:
        """Nobody acknowledges: route nothing any more (27.005 3.4.1); the network comes again."""
        if self._unacknowledged is not waited:
            return
        self._unacknowledged = None
        self.audit.unacknowledged += 1
        self._cnmi[1] = self._cnmi[3] = 0

    # Storage

    def _store(self, name: str, memory_name: str, pdu: bytes, *, is_told: bool) -> bool:
        memory = self.sim.memories[memory_name]
        if memory_name in self._held or len(memory) >= self.sim.capacity:
            self._held.add(memory_name)
            return False
        first = self.sim.first_index or 0
        index = next(index for index in range(first, 1000) if index not in memory)
        memory[index] = Slot(pdu)
        if is_told and self._cnmi[0] and not self.faults.lost_urcs:
            self._say(f'{name}: "{memory_name}",{index}')
        if len(memory) == self.sim.capacity and self.personality.full_line:
            self._say(self.personality.full_line)
        return True

    def _free(self, name: str) -> None:
        super()._free(name)
        if name in self._held and not self.faults.no_smma:
            self._after(RETRY_S, self._attach)

    def _attach(self) -> None:
        super()._attach()
        self._held.clear()

    # Status reports

    def _expect_reports(self, number: str, reference: int) -> None:
        faults = self.faults
        for status in faults.report_statuses:
            pdu = smscodec.status_report(number, reference, status, FIRST_STAMP)
            for _ in range(1 + faults.reports_doubled):
                self._expect_report(pdu)

    def _expect_report(self, pdu: bytes) -> None:
        if self.faults.reports_held:
            self.air.held_reports.append(pdu)
        elif self.faults.reports_first:
            self.air.reports.append(pdu)
            self._land()
        else:
            self._after(self.faults.report_s, lambda: self.air.reports.append(pdu), outside=True)

    def release_reports(self, order: list[int] | None = None) -> None:
        """Let held reports come, in an order of their own if need be."""
        held, self.air.held_reports = self.air.held_reports, []
        self.air.reports += [held[at] for at in order] if order is not None else held
