"""The steps of one card: its first boot, its setup, a power cut, and what it takes."""

import time
from collections.abc import Callable
from functools import partial

from bench.image_box import CARD_MB, MIB, ImageBox, Refused

ANSWERS = (
    ("/tempat", "place=14.71.07"),
    ("/wifi", "typed=Posko+Percobaan"),
    ("/modem", "device="),
    ("/kota", "go=skip"),
    ("/kantor", "open=no"),
    ("/pasang", "x="),
)
"""As a technician touches them on the screen; the WiFi's radio is mac80211_hwsim's."""
_ASK = """\
import sys, urllib.request as web
address, *body = sys.argv[1:]
sent = body[0].encode() if body else None
print(web.urlopen(address, sent, timeout=120).read().decode())
"""
_SETUP, _PORTAL = "http://127.0.0.1:8089", "http://10.77.0.1"
_DAEMONS = ("portal", "kiosk", "desk", "sync", "gate", "nginx", "dnsmasq", "hostapd@wlan0")
_SOON_S = 1200.0
_SECTOR_BYTES = 512
_DATA_LEAST = 0.9
"""Of what is left of the card; the file system itself takes some."""


class Journey:
    """Tells the steps of one card."""

    def __init__(self, box: ImageBox) -> None:
        self._box = box
        self._started_s = self._told_s = time.monotonic()

    def tell(self, what: str) -> None:
        """A step is done."""
        now_s = time.monotonic()
        since_start, taken = now_s - self._started_s, now_s - self._told_s
        print(f"{since_start:6.0f} s  {taken:5.0f} s  {what}", flush=True)
        self._told_s = now_s

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Ask every few seconds, so as not to keep a slow machine busy; AssertionError in vain."""
        until_s = time.monotonic() + _SOON_S
        while not condition():
            assert time.monotonic() < until_s, f"not yet: {what}\n{self._journal()}"
            time.sleep(3)

    def seen_on_the_console(self) -> None:
        """As far as a machine can be watched that nobody can log in to."""
        self._box.power_on()
        for words in ("Welcome to .*Debian", "Finished .*posko-first-boot", "Multi-User System"):
            self._box.wait_to_say(words)
            self.tell(f"the console says: {words}")

    def first_boot(self) -> None:
        """From its start until somebody is let in; then what a card makes its own."""
        box = self._box
        box.wait_for_ssh()
        self.tell("first boot: ssh lets in the key that lay on the boot partition")
        self._expect_read_only()
        data_mb = int(box.run("df -m --output=size /data | tail -1"))
        left_mb = CARD_MB - int(box.run("cat /sys/class/block/vda3/start")) * _SECTOR_BYTES // MIB
        assert data_mb > _DATA_LEAST * left_mb, f"/data has {data_mb} MB of {left_mb}"
        assert len(self.machine_id()) == 32, self.machine_id()
        assert box.succeeds("findmnt /etc/machine-id") is False, "the machine id is not on the card"
        self.tell(
            f"the data grew to {data_mb} MB of a card of {CARD_MB}; machine id and keys are made"
        )
        self._expect_all_units()

    def set_up(self) -> None:
        """Answer the wizard on the box's own screen pages, and wait for what serves residents."""
        box = self._box
        self.until(lambda: box.succeeds("systemctl is-active posko-setup"), "the setup's pages")
        assert "Kecamatan" in self.page(f"{_SETUP}/tempat")
        self.tell("the setup's first page is there")
        for path, body in ANSWERS:
            self.page(_SETUP + path, body)
        self.tell("its questions are answered")
        self.until(lambda: "data-waits" not in self.page(f"{_SETUP}/pasang"), "root is done")
        done = self.page(f"{_SETUP}/pasang")
        assert "setup-code" in done, done
        self.page(f"{_SETUP}/selesai", "x=")
        self.tell("posko.toml, database and system files are in place")
        self.expect_service()
        self._expect_read_only()

    def expect_service(self) -> None:
        """Every daemon of a box with a WiFi runs, and the portal answers through nginx."""
        for name in _DAEMONS:
            runs = partial(self._box.succeeds, f"systemctl is-active posko-{name}")
            self.until(runs, f"posko-{name} runs")
        self.until(self._portal_answers, "the portal answers")
        self.tell(f"the portal answers through nginx at {_PORTAL}; {len(_DAEMONS)} services run")

    def page(self, address: str, body: str = "") -> str:
        """What the box's own programs are answered there, by POST with a body; raises Refused."""
        words = f"'{address}'" + (f" '{body}'" if body else "")
        return self._box.run(f"python3 - {words}", sent=_ASK)

    def machine_id(self) -> str:
        """Of the file."""
        return self._box.run("cat /etc/machine-id").strip()

    def power_cut(self) -> None:
        """Cut it in the middle of its work, and see the same box again."""
        box, before = self._box, self.machine_id()
        self._box.run("echo kept >/var/lib/posko/kept && sync /var/lib/posko/kept")
        box.cut()
        box.power_on()
        box.wait_for_ssh()
        self.tell("after kill -9 of qemu: second boot, with the keys of the first")
        assert self.machine_id() == before
        assert box.run("cat /var/lib/posko/kept; rm /var/lib/posko/kept") == "kept\n"
        self.expect_service()
        self._expect_read_only()
        self._expect_all_units()

    def sizes(self) -> None:
        """What it takes of card and memory."""
        used = self._box.run("df -m --output=used,avail / | tail -1").split()
        free = self._box.run("free -m | awk '/^Mem/ {print $3, $2}'").split()
        self.tell(
            f"root: {used[0]} MB used, {used[1]} free; memory: {free[0]} MB used of {free[1]}"
        )
        print(self._box.run("systemd-analyze time | head -1").strip())

    def _expect_read_only(self) -> None:
        assert self._box.is_read_only(), self._box.run("findmnt /")
        assert not self._box.succeeds("touch /usr/written"), "the root can be written"

    def _expect_all_units(self) -> None:
        waited = (
            "systemctl is-system-running --wait; systemctl list-units --failed --plain --no-legend"
        )
        state, _, failed = self._box.run(waited).partition("\n")
        assert state == "running", f"{state}: {failed}{self._journal()}"
        self.tell("systemd: running, no unit failed")

    def _portal_answers(self) -> bool:
        try:
            return "Posko" in self.page(f"{_PORTAL}/")
        except Refused:
            return False

    def _journal(self) -> str:
        return self._box.run("journalctl --priority=warning --no-pager --lines=60")
