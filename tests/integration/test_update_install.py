"""An update on a box with the real dpkg: box check 14."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from software_update import beginning
from software_update.beginning import UnderWay
from software_update.rescue.machine import Phase
from tests.support import step_killer, updated_box
from tests.support.programs import needs
from tests.support.tiny_package import package, update
from tests.support.updated_box import BAD, GOOD, NEW, OLD, UpdatedBox, release

pytestmark = pytest.mark.slow


needs("dpkg")


@pytest.fixture
def box(tmp_path: Path) -> UpdatedBox:
    return updated_box.make(tmp_path)


def is_at_rest(box: UpdatedBox) -> bool:
    home = box.box.home
    left = [path.name for path in home.folder.iterdir() if path.name.startswith(("new", "."))]
    units = list((box.root / "etc/systemd/system").rglob("*.service"))
    return home.load() is None and not left and not units


def test_a_release_that_is_well_stays(box: UpdatedBox, tmp_path: Path) -> None:
    box.begin(release(tmp_path, GOOD))
    assert box.version == OLD
    box.go_on()
    assert (box.version, box.files, box.ended()) == (NEW, NEW, f"{NEW} kept")
    assert box.complaints == ["before"]
    assert box.box.home.floor() == OLD
    assert is_at_rest(box)


def test_a_release_whose_programs_do_not_start_goes_back_and_no_complaint_is_lost(
    box: UpdatedBox, tmp_path: Path
) -> None:
    box.begin(release(tmp_path, BAD))
    clock_wait = box.box.wait
    tell_once = iter(["meanwhile"])

    def wait(seconds: float) -> None:
        if told := next(tell_once, ""):
            box.tell(told)
        clock_wait(seconds)

    UpdatedBox(box.root, replace(box.box, wait=wait)).go_on()
    assert (box.version, box.files, box.ended()) == (OLD, OLD, f"{NEW} returned")
    assert (box.root / "lib/systemd/system/posko.target").exists()
    assert box.complaints == ["before", "meanwhile"]
    assert "posko-portal.service" in box.box.home.history()[-1]["why"]
    assert is_at_rest(box)


def test_a_release_that_cannot_be_installed_goes_back(box: UpdatedBox, tmp_path: Path) -> None:
    box.begin(release(tmp_path, GOOD, {"postinst": "#!/bin/sh\nexit 3\n"}))
    box.go_on()
    assert (box.version, box.files, box.ended()) == (OLD, OLD, f"{NEW} returned")
    assert "dpkg failed" in box.box.home.history()[-1]["why"]


def test_a_release_that_needs_what_is_not_there_goes_back(box: UpdatedBox, tmp_path: Path) -> None:
    files = {"usr/lib/posko/state": GOOD}
    box.begin(update(package(tmp_path, NEW, files=files, depends="cowsay")))
    box.go_on()
    assert (box.version, box.files) == (OLD, OLD)
    assert "cowsay" in box.box.home.history()[-1]["why"]


def test_a_city_that_was_reached_before_must_be_reached_again(
    box: UpdatedBox, tmp_path: Path
) -> None:
    box.begin(release(tmp_path, GOOD), acked_at="never")
    box.go_on()
    assert box.ended() == f"{NEW} returned"
    assert "city" in box.box.home.history()[-1]["why"]


def test_without_a_copy_of_the_database_nothing_is_changed(box: UpdatedBox, tmp_path: Path) -> None:
    (box.root / "posko.db").write_bytes(b"SQLite format 3\0" + bytes(5000))
    box.begin(release(tmp_path, GOOD))
    box.go_on()
    assert (box.version, box.ended()) == (OLD, f"{NEW} refused")
    assert "database" in box.box.home.history()[-1]["why"]
    assert is_at_rest(box)


def test_a_person_may_end_the_trial_either_way(box: UpdatedBox, tmp_path: Path) -> None:
    signed = release(tmp_path, BAD)
    for phase, version in ((Phase.RETURNING, OLD), (Phase.KEPT, NEW)):
        box.begin(signed)
        decided = iter([phase])

        def wait(seconds: float, decided=decided) -> None:
            if chosen := next(decided, None):
                beginning.decide(box.box, chosen, "by hand")
            box.box.wait(seconds)

        UpdatedBox(box.root, replace(box.box, wait=wait)).go_on()
        assert box.version == version
        assert box.box.home.history()[-1]["why"] == "by hand"
        assert is_at_rest(box)


def test_only_one_update_at_a_time(box: UpdatedBox, tmp_path: Path) -> None:
    signed = release(tmp_path, GOOD)
    box.begin(signed)
    with pytest.raises(UnderWay, match="staged"):
        box.begin(signed)


def test_a_box_that_keeps_restarting_goes_back(box: UpdatedBox, tmp_path: Path) -> None:
    box.begin(release(tmp_path, GOOD))

    def die(_: float) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    doomed = UpdatedBox(box.root, replace(box.box, wait=die))
    for boot in ("second", "third"):
        assert step_killer.dies_before(10_000, lambda boot=boot: doomed.go_on(boot))
        assert box.version == NEW
    box.go_on("fourth")
    assert (box.version, box.ended()) == (OLD, f"{NEW} returned")
    assert "restarted 3 times" in box.box.home.history()[-1]["why"]


def test_a_power_cut_while_dpkg_works_is_made_good(box: UpdatedBox, tmp_path: Path) -> None:
    cut = f"""#!/bin/sh
[ -e {tmp_path}/cut-$1 ] && exit 0
touch {tmp_path}/cut-$1
kill -9 $(awk '{{print $4}}' /proc/$PPID/stat) $PPID
"""
    box.begin(release(tmp_path, GOOD, {"preinst": cut, "postinst": cut}))
    for step in ("upgrade", "configure"):
        assert step_killer.dies_before(10_000, box.go_on)
        assert (tmp_path / f"cut-{step}").exists()
        assert box.box.home.load() is not None
    box.go_on("second")
    assert (box.version, box.files, box.ended()) == (NEW, NEW, f"{NEW} kept")


def rounds(
    box: UpdatedBox, signed: Path, end: tuple[str, str], needs: dict[str, object]
) -> Callable[[int], None]:
    """After an update was killed: see that it goes on to its end; then make the box as it was."""
    fresh = box.root.with_name("fresh")
    shutil.copytree(box.root, fresh, symlinks=True)

    def afterwards(step: int) -> None:
        box.tell("afterwards")
        box.go_on()
        home = box.box.home
        assert home.load() is None, step
        assert box.version == box.files, step
        version, ended = end if home.history() else (OLD, None)  # killed before it had begun
        assert box.version == version, step
        assert [entry["ended"] for entry in home.history()] == [ended][: len(home.history())], step
        assert box.complaints == ["afterwards", "before"], step
        box.begin(signed, **needs)  # what was left behind is in nobody's way
        shutil.rmtree(box.root)
        shutil.copytree(fresh, box.root, symlinks=True)

    return afterwards


@pytest.mark.parametrize(("state", "end"), [(GOOD, (NEW, "kept")), (BAD, (OLD, "returned"))])
def test_killed_before_any_step_it_goes_on_to_the_same_end(
    tmp_path: Path, state: str, end: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a kill loses nothing that was written
    signed = updated_box.paper_update(tmp_path, state)
    box = updated_box.on_paper(updated_box.make(tmp_path))

    def work() -> None:
        box.begin(signed, database="")
        box.go_on()

    assert step_killer.every_step(work, rounds(box, signed, end, {"database": ""})) > 40


@pytest.mark.parametrize(("state", "end"), [(GOOD, (NEW, "kept")), (BAD, (OLD, "returned"))])
def test_killed_now_and_then_with_the_real_dpkg_it_goes_on_to_the_same_end(
    tmp_path: Path, state: str, end: tuple[str, str]
) -> None:
    signed, box = release(tmp_path, state), updated_box.make(tmp_path)

    def work() -> None:
        box.begin(signed)
        box.go_on()

    afterwards = rounds(box, signed, end, {})
    for step in (45, 75):
        assert step_killer.dies_before(step, work), step
        afterwards(step)


def test_the_program_left_aside_runs_without_any_module_of_ours(
    box: UpdatedBox, tmp_path: Path
) -> None:
    box.begin(release(tmp_path, GOOD))
    program = box.box.home.program
    assert updated_box.names_in(program)[0] == "__main__.py"
    (program.parent / "update.json").unlink()
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(program)],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
