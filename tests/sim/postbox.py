"""A mailbox in memory that obeys the driver's Protocol, for tests without a database."""

from modem.driver import NotStoredError
from modem.events import Health, OutgoingPart, Verdict
from modem.pdu import concat, submit, tpdu
from modem.pdu.errors import PduError


class Postbox:
    """Keeps what it is given; each part it hands out gets exactly one outcome."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.places: list[tuple[str, int | None]] = []
        self.outgoing: list[OutgoingPart] = []
        self.claimed: list[OutgoingPart] = []
        self.noted: list[int] = []
        self.outcomes: dict[int, str] = {}
        self.health: list[Health] = []
        self.is_disk_full = False
        self.refused_stores = 0
        self.pins: dict[str, bool] = {}
        self._ids = 0

    @property
    def texts(self) -> list[str]:
        """The texts of the received messages, each alone, in order."""
        return [concat.join([message.content]) for message in self._read(tpdu.Deliver)]

    @property
    def reports(self) -> list[tpdu.StatusReport]:
        """The received status reports."""
        return self._read(tpdu.StatusReport)

    def _read(self, kind):
        messages = []
        for pdu in self.received:
            try:
                messages.append(tpdu.decode(pdu))
            except PduError:
                continue
        return [message for message in messages if isinstance(message, kind)]

    def post(self, number: str, text: str, *, reference: int = 1) -> list[int]:
        """Queue a text; return the ids of its parts."""
        ids = []
        for segment in concat.split(text, reference):
            octets = submit.encode_submit(
                recipient=number,
                content=segment.content,
                header=segment.header,
                validity=169,
                wants_report=True,
            )
            self._ids += 1
            self.outgoing.append(OutgoingPart(part_id=self._ids, tpdu=octets))
            ids.append(self._ids)
        return ids

    def crash(self) -> None:
        """What was noted and has no outcome is uncertain for ever; the rest is tried again."""
        for part_id in self.noted:
            self.outcomes.setdefault(part_id, "uncertain")
        again = {part.part_id: part for part in self.claimed if part.part_id not in self.outcomes}
        self.outgoing[:0] = again.values()
        self.claimed.clear()

    # The Protocol

    def receive(self, pdu: bytes, *, memory: str, index: int | None) -> None:
        if self.is_disk_full:
            self.refused_stores += 1
            raise NotStoredError("no space")
        self.received.append(pdu)
        self.places.append((memory, index))

    def spend_pin(self, key: str) -> bool:
        if self.is_disk_full or not self.pins.get(key, True):
            return False
        self.pins[key] = False
        return True

    def pin_accepted(self, key: str) -> None:
        if key in self.pins:
            self.pins[key] = True

    def next_part(self) -> OutgoingPart | None:
        if not self.outgoing:
            return None
        self.claimed.append(self.outgoing.pop(0))
        return self.claimed[-1]

    def sending(self, part_id: int) -> None:
        if self.is_disk_full:
            raise NotStoredError("no space")
        assert part_id not in self.noted, "a part is written once"
        self.noted.append(part_id)

    def sent(self, part_id: int, reference: int) -> None:
        assert 0 <= reference <= 255, "a TP-MR is an octet"
        self._conclude(part_id, f"sent {reference}")

    def refused(self, part_id: int, error: str, verdict: Verdict) -> None:
        self._conclude(part_id, f"{verdict} {error}")

    def uncertain(self, part_id: int, error: str) -> None:
        self._conclude(part_id, f"uncertain {error}")

    def modem_state(self, health: Health) -> None:
        self.health.append(health)

    def _conclude(self, part_id: int, outcome: str) -> None:
        assert part_id not in self.outcomes, "a part has one outcome"
        self.outcomes[part_id] = outcome
