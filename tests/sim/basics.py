"""Commands about the modem itself and its SIM (V.250, 27.007): identity, settings, PIN and PUK."""

BASIC_COMMANDS = (
    (r"", "_at"),
    (r"E([01])?", "_at_echo"),
    (r"[VQ][01]", "_at"),
    (r"Z|&F0?", "_at_factory"),
    (r"S\d+=\d+", "_at"),
    (r"I0?", "_at_identity"),
    (r"\+(?:CGMI|GMI)", "_at_manufacturer"),
    (r"\+(?:CGMM|GMM)", "_at_model"),
    (r"\+(?:CGMR|GMR)", "_at_revision"),
    (r"\+(?:CGSN|GSN)", "_at_serial"),
    (r"\+CMEE=([012])", "_at_cmee"),
    (r"\+CIMI", "_at_imsi"),
    (r"\+CNUM", "_at_own_number"),
    (r"\+CPIN\?", "_at_pin_state"),
    (r'\+CPIN="?(\d+)"?', "_at_pin"),
    (r'\+CPIN="?(\d+)"?,"?(\d+)"?', "_at_puk"),
    (r'(\+SPIC|\+CPINR="SIM PIN"|\+QPINC="SC"|\^CPIN\?|\+UPINCNT|\^SPIC)', "_at_pin_counter"),
    (r"\+CSCS=\?", "_at_alphabets"),
    (r"\+CSCS\?", "_at_alphabet"),
    (r'\+CSCS="(GSM|IRA|UCS2)"', "_at_choose_alphabet"),
)


class Basics:
    """A mixin of `SerialDevice`."""

    def _restore(self) -> None:
        super()._restore()
        self._alphabet = "IRA"

    def _at(self) -> None:
        self._final()

    def _tell(self, *lines: str) -> None:
        for line in lines:
            self._say(line)
        self._final()

    def _at_echo(self, value: str | None) -> None:
        self._echo = value == "1"
        self._final()

    def _at_factory(self) -> None:
        self._restore()
        self._final()

    def _at_identity(self) -> None:
        make = self.personality
        lines = (f"Manufacturer: {make.manufacturer}", f"Model: {make.model}")
        self._tell(*(make.identity or lines))

    def _at_manufacturer(self) -> None:
        self._tell(self.personality.manufacturer)

    def _at_model(self) -> None:
        self._tell(self.personality.model)

    def _at_revision(self) -> None:
        self._tell(self.personality.revision)

    def _at_serial(self) -> None:
        self._tell("867322000000001")

    def _at_cmee(self, value: str) -> None:
        if not self.is_cmee_supported:
            self._final("ERROR")
            return
        self._cmee = int(value)
        self._final()

    def _at_alphabets(self) -> None:
        self._tell('+CSCS: ("IRA","GSM","UCS2")')

    def _at_alphabet(self) -> None:
        self._tell(f'+CSCS: "{self._alphabet}"')

    def _at_choose_alphabet(self, name: str) -> None:
        self._alphabet = name
        self._final()

    # The SIM

    def _sim_state(self) -> str:
        if self._is_unlocked:
            return "READY"
        return "SIM PIN" if self.sim.pin_attempts else "SIM PUK"

    def _is_sim_absent(self) -> bool:
        if not self.sim.is_inserted:
            self._cme(10)
        elif not self.sim.puk_attempts:
            self._cme(13)
        else:
            return False
        return True

    def _is_locked(self) -> bool:
        if self._is_sim_absent():
            return True
        if not self._is_unlocked:
            self._cme(11 if self.sim.pin_attempts else 12)
        return not self._is_unlocked

    def _at_imsi(self) -> None:
        if not self._is_locked():
            self._tell(self.sim.imsi)

    def _at_own_number(self) -> None:
        if not self._is_locked():
            self._tell(f'+CNUM: "","{self.sim.number}",145')

    def _at_pin_state(self) -> None:
        if not self._is_sim_absent():
            self._tell(f"+CPIN: {self._sim_state()}")

    def _at_pin(self, pin: str) -> None:
        if self._is_sim_absent():
            return
        if self._sim_state() != "SIM PIN":
            self._cme(12 if not self._is_unlocked else 3)
            return
        self.sim.pin_attempts -= 1
        self._unlock(pin == self.sim.pin)

    def _at_puk(self, puk: str, pin: str) -> None:
        if self._is_sim_absent():
            return
        if self._sim_state() != "SIM PUK":
            self._cme(3)
            return
        self.sim.puk_attempts -= 1
        if puk == self.sim.puk:
            self.sim.pin, self.sim.puk_attempts = pin, 10
        self._unlock(puk == self.sim.puk)

    def _unlock(self, is_right: bool) -> None:
        if not is_right:
            self._cme(16)
            return
        self._is_unlocked, self.sim.pin_attempts = True, 3
        self._final()

    def _at_pin_counter(self, asked: str) -> None:
        command, answer = self.personality.pin_counter
        if not asked.startswith(command):
            self._final("ERROR")
            return
        self._tell(answer.format(pin=self.sim.pin_attempts, puk=self.sim.puk_attempts))
