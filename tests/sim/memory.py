"""Commands about stored messages (27.005 3 and 4): three memories, slots, listing, reading."""

from tests.sim.traits import Slot

MEMORY_COMMANDS = (
    (r"\+CMGF=([01])", "_at_format"),
    (r"\+CMGF=\?", "_at_formats"),
    (r"\+CMGF\?", "_at_format_state"),
    (r"\+CPMS=\?", "_at_memories"),
    (r'\+CPMS=("?[A-Z]+"?(?:, ?"?[A-Z]+"?)*)', "_at_choose_memories"),
    (r"\+CPMS\?", "_at_memory_state"),
    (r"\+CMGL=([0-4])", "_at_list"),
    (r"\+CMGR=(\d+)", "_at_read"),
    (r"\+CMGD=\?", "_at_used_slots"),
    (r"\+CMGD=(\d+)(?:, ?([0-4]))?", "_at_delete"),
    (r"\+CSCA\?", "_at_service_centre"),
    (r'\+CSCA="([+\d]*)"(?:,\d+)?', "_at_set_service_centre"),
)
READ_STATES = {1: (True,), 2: (True,), 3: (True,), 4: (True, False)}
"""Which messages +CMGD deletes by its flag; drafts do not exist here."""


class Memory:
    """A mixin of `SerialDevice`."""

    def _restore(self) -> None:
        super()._restore()
        self._cmgf = 1
        self._cpms = [self.personality.default_memory] * 3

    def _sms_blocked(self) -> bool:
        if not self.sim.is_inserted:
            self._cms(310)
        elif not self._is_unlocked:
            self._cms(311 if self.sim.pin_attempts else 316)
        elif not self._is_sms_ready:
            self._cms(314)
        else:
            return False
        return True

    def _in_text_mode(self) -> bool:
        if self._cmgf:
            self._cms(303)
        return bool(self._cmgf)

    def _at_format(self, value: str) -> None:
        if not self._sms_blocked():
            self._cmgf = int(value)
            self._final()

    def _at_formats(self) -> None:
        self._tell("+CMGF: (0,1)")

    def _at_format_state(self) -> None:
        self._tell(f"+CMGF: {self._cmgf}")

    def _at_memories(self) -> None:
        names = ",".join(f'"{name}"' for name in self.personality.memories)
        self._tell(f"+CPMS: ({names}),({names}),({names})")

    def _at_choose_memories(self, names: str) -> None:
        if self._sms_blocked():
            return
        chosen = [name.strip(' "') for name in names.split(",")]
        if len(chosen) > 3 or any(name not in self.sim.memories for name in chosen):
            self._cms(302)
            return
        self._cpms[: len(chosen)] = chosen
        self._tell("+CPMS: " + ",".join(self._fill(name) for name in self._cpms))

    def _at_memory_state(self) -> None:
        if not self._sms_blocked():
            parts = (f'"{name}",{self._fill(name)}' for name in self._cpms)
            self._tell("+CPMS: " + ",".join(parts))

    def _fill(self, name: str) -> str:
        return f"{len(self.sim.memories[name])},{self.sim.capacity}"

    # Slots

    @property
    def _readable(self) -> dict[int, Slot]:
        return self.sim.memories[self._cpms[0]]

    def _at_list(self, stat: str) -> None:
        if self._sms_blocked() or self._in_text_mode():
            return
        if self.faults.no_listing:
            self._final("ERROR")
            return
        for index, slot in sorted(self._readable.items()):
            if stat == "4" or (stat in "01" and (stat == "0") != slot.is_read):
                self._show(f"+CMGL: {index},{int(slot.is_read)},,", slot)
                if self._reboots_in("listing"):
                    return
        self._final()

    def _show(self, header: str, slot: Slot) -> None:
        slot.is_read = True
        self._say(header + str(len(slot.pdu) - 1 - slot.pdu[0]))
        if self.faults.urc_inside:
            self._say("+CREG: 1")
            self._say("+FOOBAR: 1")
        if not self.faults.are_pdus_hidden:
            self._say(slot.pdu.hex().upper())

    def _at_read(self, index: str) -> None:
        if self._sms_blocked() or self._in_text_mode():
            return
        slot = self._readable.get(int(index))
        if slot is not None:
            self._show(f"+CMGR: {int(slot.is_read)},,", slot)
        elif not self.personality.is_empty_slot_ok:
            self._cms(321)
            return
        self._final()

    def _at_used_slots(self) -> None:
        used = ",".join(str(index) for index in sorted(self._readable))
        self._tell(f"+CMGD: ({used}),(0-4)")

    def _at_delete(self, index: str, flag: str | None) -> None:
        if self._sms_blocked():
            return
        if self.faults.lost_deletes:
            self.faults.lost_deletes -= 1
            return
        if self.faults.vain_deletes:
            self._final(self.faults.vain_deletes)
            return
        if states := READ_STATES.get(int(flag or 0)):
            self.audit.deleted_all += 1
            chosen = [at for at, slot in self._readable.items() if slot.is_read in states]
        else:
            chosen = [int(index)] if int(index) in self._readable else []
        for at in chosen:
            slot = self._readable.pop(at)
            self.audit.deleted_unread += not slot.is_read
        self._final()
        if chosen:
            self._free(self._cpms[0])

    def _free(self, name: str) -> None:
        """A slot of a memory became free."""

    def _at_service_centre(self) -> None:
        if not self._sms_blocked():
            self._tell(f'+CSCA: "{self.sim.service_centre}",145')

    def _at_set_service_centre(self, number: str) -> None:
        if not self._sms_blocked():
            self.sim.service_centre = number
            self._final()
