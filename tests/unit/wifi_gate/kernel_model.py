"""As much of nf_tables as the gate's transactions touch, as strict as the kernel before 6.12.

It refuses what the kernel refuses, does all of a transaction or nothing, and knows its own clock.
"""

import copy
import re

from wifi_gate.kernel import Element, Kernel, Quota

_TIMED = re.compile(
    r"(add|delete) element inet posko (up|down)([46]) \{ (\S.*?)(?: timeout (\d+)ms : (\d+))? \}"
)
_TIE = re.compile(r'(add|delete) element inet posko (\w+) \{ (\d+)(?: : "?([\w:]+)"?)? \}')
_COUNTER = re.compile(r"add counter inet posko (\w+) \{ packets 0 bytes (\d+) \}")
_QUOTA = re.compile(r"add quota inet posko (\w+) \{ over (\d+) bytes used (\d+) bytes \}")
_OBJECT = re.compile(r"delete (counter|quota) inet posko (\w+)")


class Refused(Exception):
    """The kernel would have said no."""


class KernelModel:
    """`now_s` is its clock; what has expired is gone."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self._state = Kernel(version="rules")

    def apply(self, text: str) -> None:
        """One transaction."""
        before = self._state
        self._state = copy.deepcopy(self.held())
        try:
            for line in text.splitlines():
                self._do(line)
        except Refused:
            self._state = before
            raise

    def held(self) -> Kernel:
        """What a listing would show."""
        for elements in (self._state.up, self._state.down):
            for key in [k for k, one in elements.items() if one.ends_at_s <= self.now_s]:
                del elements[key]
        return self._state

    def count(self, slot: int, size: int) -> None:
        """Let a session move some bytes down."""
        if f"d{slot}" in self._state.counters:
            self._state.counters[f"d{slot}"] += size
        if quota := self._state.quotas.get(f"q{slot}"):
            self._state.quotas[f"q{slot}"] = Quota(quota.limit, quota.used + size)

    def flush(self) -> None:
        """Somebody flushes the ruleset."""
        self._state = Kernel()

    def _do(self, line: str) -> None:
        if line == "rules":
            self._state = Kernel(version="rules")
        elif match := _TIMED.fullmatch(line):
            self._do_timed(*match.groups())
        elif match := _TIE.fullmatch(line):
            self._do_tie(match[1], (match[2], int(match[3])), match[4])
        elif match := _COUNTER.fullmatch(line):
            _refuse_if(match[1] in self._state.counters, line)
            self._state.counters[match[1]] = int(match[2])
        elif match := _QUOTA.fullmatch(line):
            _refuse_if(match[1] in self._state.quotas, line)
            self._state.quotas[match[1]] = Quota(int(match[2]), int(match[3]))
        elif match := _OBJECT.fullmatch(line):
            _refuse_if(match[2] in self._state.ties.values(), line)
            objects: dict = self._state.counters if match[1] == "counter" else self._state.quotas
            _refuse_if(match[2] not in objects, line)
            del objects[match[2]]
        else:
            raise AssertionError(f"not a command: {line}")

    def _do_timed(
        self, verb: str, way: str, family: str, key: str, timeout: str, slot: str
    ) -> None:
        elements = self._state.up if way == "up" else self._state.down
        parts = tuple(key.split(" . "))
        assert (":" in parts[-1]) == (family == "6")
        assert len(parts) == (2 if way == "up" else 1)
        if verb == "delete":
            _refuse_if(parts not in elements, key)
            del elements[parts]
            return
        made = Element(int(slot), self.now_s + int(timeout) / 1000)
        held = elements.setdefault(parts, made)
        _refuse_if(held.slot != made.slot, key)

    def _do_tie(self, verb: str, tie: tuple[str, int], value: str) -> None:
        if verb == "delete":
            _refuse_if(tie not in self._state.ties, str(tie))
            del self._state.ties[tie]
            return
        known = {*self._state.counters, *self._state.quotas}
        _refuse_if(tie[0] != "class_of" and value not in known, str(tie))
        _refuse_if(self._state.ties.setdefault(tie, value) != value, str(tie))


def _refuse_if(is_wrong: bool, what: str) -> None:
    if is_wrong:
        raise Refused(what)
