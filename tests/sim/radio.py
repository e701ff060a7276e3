"""Commands about the network (27.007): radio on and off, registration, operator, signal, calls."""

RING_EVERY_S = 3.0

RADIO_COMMANDS = (
    (r"\+CFUN=1,1", "_at_restart"),
    (r"\+CFUN=([014])", "_at_function"),
    (r"\+CFUN\?", "_at_function_state"),
    (r"\+(CREG|CGREG|CEREG)=\?", "_at_registration_range"),
    (r"\+(CREG|CGREG|CEREG)\?", "_at_registration"),
    (r"\+(CREG|CGREG|CEREG)=([012])", "_at_report_registration"),
    (r"\+COPS\?", "_at_operator"),
    (r"\+COPS=3,([02])", "_at_operator_format"),
    (r"\+COPS=0", "_at"),
    (r"\+CGATT\?", "_at_packet_service"),
    (r"\+CSQ", "_at_signal"),
    (r"\+(?:CLIP|CRC)=[01]", "_at"),
    (r"\+CPAS", "_at_activity"),
    (r"H0?|\+CHUP", "_at_hang_up"),
)


class Radio:
    """A mixin of `SerialDevice`."""

    is_lte_only = False

    def _reset(self) -> None:
        super()._reset()
        self._function = 1
        self._rings_left = 0

    def _restore(self) -> None:
        super()._restore()
        self._creg = self._operator_format = 0

    @property
    def is_attached(self) -> bool:
        """Whether messages can pass."""
        lost = self.faults.no_network or self.faults.is_detached
        has_sim = self.sim.is_inserted and self._is_unlocked
        denied = self.faults.registration not in {None, 1, 5}
        return has_sim and self._function == 1 and not lost and not denied

    def _stat(self) -> int:
        if self._function != 1:
            return 0
        if self.faults.registration is not None:
            return self.faults.registration
        return 1 if self.is_attached else 2

    def _at_restart(self) -> None:
        self._final()
        self.faults.is_detached = False
        self.reboot()

    def _at_function(self, value: str) -> None:
        before, self._function = self._function, int(value)
        if before != self._function:
            self.faults.is_detached = False
            self._tell_registration()
        self._final()
        if self._function == 1:
            self._attach()

    def _attach(self) -> None:
        """The network learns that the modem is there, and tries what it holds."""

    def _at_function_state(self) -> None:
        self._tell(f"+CFUN: {self._function}")

    def _at_registration_range(self, name: str) -> None:
        self._tell(f"+{name}: (0-2)")

    def _at_registration(self, name: str) -> None:
        stat = self._stat() if (name == "CEREG") == self.is_lte_only else 0
        if name == "CREG" and self.is_lte_only:
            stat = 2
        n = self._creg if name == "CREG" else 0
        self._tell(f"+{name}: {n},{stat}" + (',"1C2D","00A1B2C3",7' if n == 2 else ""))

    def _at_report_registration(self, name: str, value: str) -> None:
        if name == "CREG":
            self._creg = int(value)
        self._final()

    def set_network(self, is_up: bool) -> None:
        """Lose or find the network; a +CREG line tells of it if it was asked for."""
        self.faults.no_network = not is_up
        self._tell_registration()
        if is_up:
            self._attach()

    def _tell_registration(self) -> None:
        if self._creg:
            self._say(f"+CREG: {self._stat()}")

    def _at_operator(self) -> None:
        shown = self._operator_format
        name = {0: "TELKOMSEL", 2: "51010"}[shown]
        self._tell(f'+COPS: 0,{shown},"{name}",7' if self.is_attached else "+COPS: 0")

    def _at_operator_format(self, value: str) -> None:
        self._operator_format = int(value)
        self._final()

    def _at_packet_service(self) -> None:
        self._tell(f"+CGATT: {int(self.is_attached)}")

    def _at_activity(self) -> None:
        self._tell(f"+CPAS: {3 if self._rings_left else 0}")

    def _at_signal(self) -> None:
        is_heard = self._function == 1 and not self.faults.no_network
        self._tell("+CSQ: 18,0" if is_heard else "+CSQ: 99,99")

    # Voice calls

    def call(self, rings: int = 1000) -> None:
        """Somebody calls: until it ends, no message passes."""
        self._rings_left = rings
        self._ring()

    def _ring(self) -> None:
        if not self._rings_left:
            return
        self._rings_left -= 1
        self._say("RING")
        self._after(RING_EVERY_S, self._ring)

    def _at_hang_up(self) -> None:
        self._rings_left = 0
        self._final()
