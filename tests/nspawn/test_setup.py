"""A box without settings, as an image boots it: the first setup under the real PID 1, and what the
doctor says of the box afterwards. Box checks 18 and 21 (its part without qemu).
"""

import json
import re
from collections.abc import Iterator

import pytest

from tests.nspawn.installing import folder, unpack
from tests.nspawn.machine import Machine
from tests.nspawn.standing import standing
from tests.support.waiting import wait_for

pytestmark = pytest.mark.slow

ANSWERS = (
    ("/tempat", "place=14.71.07"),
    ("/wifi", "go=skip"),
    ("/modem", "device="),
    ("/kota", "go=skip"),
    ("/kantor", "open=no"),
    ("/pasang", "x="),
)
SETTINGS = "/etc/posko/posko.toml"
HELD = "/run/held/posko.toml"
ANSWERED = '{"step": "periksa", "code": "14.71.07"}'
_ASK = """\
import sys, urllib.request as web
path, *body = sys.argv[1:]
sent = body[0].encode() if body else None
print(web.urlopen("http://127.0.0.1:8089" + path, sent, timeout=30).read().decode())
"""


class NewBox(Machine):
    """Nobody has answered anything yet."""

    def wait_until_settled(self) -> None:
        """Until the pages of the setup are there."""
        pages = lambda: self.show("posko-setup", "ActiveState") == "active"  # noqa: E731
        wait_for(pages, "the setup's pages are there", limit_s=60)

    def page(self, path: str, body: str = "") -> str:
        """What the screen shows."""
        sent = [body] if body else []
        return self.must("python3", "-c", _ASK, path, *sent)


@pytest.fixture(scope="module")
def new_box() -> Iterator[NewBox]:
    with folder() as here, standing(here, "apart", NewBox, unpack) as made:
        yield made


def test_a_new_box_asks_on_its_screen_and_root_puts_the_answers_in_place(new_box: NewBox) -> None:
    assert new_box.show("posko.target", "ActiveState") == "inactive"
    assert new_box.show("posko-begin.path", "ActiveState") == "active"
    assert new_box.must("systemctl", "list-units", "--failed", "--no-legend", "posko-*") == ""
    assert new_box.must("systemctl", "list-units", "--no-legend", "posko-retry@*") == ""
    for path, body in ANSWERS:
        new_box.page(path, body)
    wait_for(lambda: "data-waits" not in new_box.page("/pasang"), "root is done", limit_s=90)
    done = new_box.page("/pasang")
    assert re.search(r"setup-code.*[0-9A-Z]{5} [0-9A-Z]{5}", done), done
    told = new_box.must("stat", "-c", "%a %U %G", SETTINGS)
    assert told.split() == ["640", "root", "posko"]
    assert "Selesai" in new_box.page("/selesai", "x=")
    ended = lambda: new_box.show("posko-setup", "ActiveState") == "inactive"  # noqa: E731
    wait_for(ended, "the setup is over", limit_s=20)
    assert new_box.show("posko.target", "ActiveState") == "active"
    assert new_box.show("posko-portal", "ActiveState") == "active"
    assert new_box.must("ls", "-A", "/var/lib/posko-setup") == ""
    assert new_box.show("posko-begin.path", "ActiveState") == "active"
    told = new_box.run("posko", "doctor", "--json")
    assert told.status == 2, "there is no modem"
    found = {f["what"]: f["level"] for f in json.loads(told.said)["findings"]}
    well = ("settings", "system files", "database", "units", "portal", "kiosk", "desk", "time zone")
    assert [found[name] for name in well] == ["ok"] * len(well)
    assert found["modem"] == "fault"
    told = new_box.run("posko", "doctor", user="posko-browser")
    assert "as root" in told.said


def test_answers_that_cannot_be_written_leave_the_box_waiting_for_settings(
    new_box: NewBox,
) -> None:
    new_box.must("systemctl", "stop", "posko-setup-apply.path")
    new_box.must("mkdir", "/run/held")
    new_box.must("touch", HELD)
    new_box.must("mount", "--bind", HELD, HELD)
    try:
        for name, text in (("answers", ANSWERED), ("request", '{"id": "1"}')):
            new_box.must("tee", f"/var/lib/posko-setup/{name}.json", given=text)
        new_box.must("posko", "--config", HELD, "setup", "apply")
        told = json.loads(new_box.must("cat", "/run/posko-setup/result.json"))
        assert "Device or resource busy" in told["details"]
        assert new_box.show("posko-begin.path", "ActiveState") == "active"
    finally:
        new_box.must("umount", HELD)
        new_box.must("rm", "/var/lib/posko-setup/answers.json", "/run/posko-setup/result.json")
        new_box.must("systemctl", "start", "posko-setup-apply.path")
