"""The gate's table in the kernel: looks at it and brings it to what is wanted, at one stroke."""

from collections.abc import Sequence
from dataclasses import replace

from appliance.runtime.wifi_settings import Wifi
from wifi_gate import ruleset
from wifi_gate.kernel import Kernel, parse
from wifi_gate.nft import Nft
from wifi_gate.plan import Plan, Wanted, plan
from wifi_gate.ruleset import NO_OFFICE, Office


class Table:
    """`known` is what the kernel held when last looked at, with what was done to it since."""

    def __init__(self, nft: Nft, wifi: Wifi, office: Office = NO_OFFICE) -> None:
        self._nft, self._wifi, self._office = nft, wifi, office
        self._version = ruleset.version(wifi, office)
        self._is_online: bool | None = None
        self.known = Kernel()
        self.is_there = False

    @property
    def is_current(self) -> bool:
        """Whether its rules are those of this configuration."""
        return self.is_there and self.known.version == self._version

    def look(self, now_s: float) -> None:
        """Read the table; where somebody has taken it away, what was known is kept."""
        listing = self._nft.table(ruleset.TABLE)
        self.is_there = listing is not None
        if listing is not None:
            self.known = parse(listing, now_s)

    def bring(self, wanted: Sequence[Wanted], now_s: float, *, is_online: bool) -> Plan:
        """Let the sessions wanted through and no other; the rules too if they are not these."""
        rules = "" if self.is_current else ruleset.ruleset(self._wifi, self._office)
        has_view = self.is_current and is_online == self._is_online
        view = "" if has_view else ruleset.dns_view(is_online=is_online)
        made = plan(wanted, self.known, now_s, rules=rules)
        if text := made.text + view:
            self._nft.apply(text)
        self.known, self._is_online = replace(made.target, version=self._version), is_online
        self.is_there = True
        return made

    def guard_bridges(self) -> None:
        """Keep devices on one bridge from each other; raises NftError where the kernel cannot."""
        self._nft.apply(ruleset.bridge_guard(self._wifi))

    def remove(self) -> None:
        """Leave nothing behind."""
        self._nft.apply(ruleset.no_tables())
        self.is_there = False
