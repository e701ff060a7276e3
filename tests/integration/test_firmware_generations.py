"""Whoever dies when he likes: what is in force is the old generation or the new one, whole."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_config.applying import Box, OnTrial, begin, boot_id, confirm, roll_back, watch
from firmware_config.generations import Damaged
from firmware_config.placing import Occupied
from firmware_config.rendering import File
from firmware_config.trial import Trial
from tests.support.step_killer import every_step

pytestmark = pytest.mark.slow

AS_SHIPPED = "console=serial0,115200 console=tty1 root=PARTUUID=5 rootwait\n"


def files(name: str) -> dict[str, File]:
    return {
        "boot/cmdline.txt": File(f"made.of={name}\n", 0o644),
        "boot/posko.txt": File(f"# {name}\n", 0o644),
        "hostapd/wlan0.conf": File(f"ssid={name}\n", 0o600),
        "lib/sysctl.d/50-posko.conf": File(f"# {name}\n", 0o644),
        "posko.toml": File(f"# {name}\n", 0o600),
    }


OLD, NEW = files("old"), files("new")


@pytest.fixture
def root() -> Iterator[Path]:
    """A system in memory, where a sync costs nothing."""
    home = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="posko-firmware-", dir=home if home.exists() else None))
    yield folder
    shutil.rmtree(folder)


def apply(box: Box, new: dict[str, File], lost: frozenset[str] = frozenset()) -> None:
    """A trial from its beginning to its end, which comes at once."""
    config = box.root / "posko.toml"
    config.write_text(new["posko.toml"].text)
    begin(
        box,
        new,
        lambda generation, before: Trial(
            generation=generation,
            before=before,
            minutes=1e-9,
            needs=("uplink",),
            config=str(config),
            resolvers=(),
            boot=boot_id(),
        ),
        start=lambda: None,
    )
    resume(box, lost)


def resume(box: Box, lost: frozenset[str] = frozenset()) -> None:
    watch(box, lambda _trial: lambda _now_s: lost)


def installed(root: Path) -> Box:
    """A box whose first generation is the old one."""
    boot = root / "boot/firmware"
    boot.mkdir(parents=True)
    (boot / "config.txt").write_text("dtparam=audio=on\n")
    (boot / "cmdline.txt").write_text(AS_SHIPPED)
    box = Box(root)
    apply(box, OLD)
    return box


def in_force(box: Box) -> dict[str, File]:
    return box.generations.files(box.generations.current())


def is_settled(box: Box, expected: dict[str, File]) -> None:
    """Everything that is read by anybody is of one generation."""
    assert box.trial() is None
    assert in_force(box) == expected
    boot = box.root / "boot/firmware"
    assert (boot / "posko.txt").read_text() == expected["boot/posko.txt"].text
    assert expected["boot/cmdline.txt"].text.strip() in (boot / "cmdline.txt").read_text()
    assert (boot / "config.txt").read_text().count("include posko.txt") == 1
    linked = box.root / "usr/local/lib/sysctl.d/50-posko.conf"
    assert linked.read_text() == expected["lib/sysctl.d/50-posko.conf"].text


@pytest.mark.parametrize("is_lost", [False, True], ids=["stays", "goes back"])
def test_killed_at_any_step_the_old_or_the_new_is_whole_and_the_trial_is_ended_later(
    root: Path, is_lost: bool
) -> None:
    """At a step that never comes the work is done; then it has been killed at every other."""
    first, tried = root / "first", root / "tried"
    installed(first)
    lost = frozenset({"uplink"} if is_lost else ())
    ends: set[str] = set()

    def work() -> None:
        apply(Box(tried), NEW, lost)

    def look(step: int) -> None:
        box = Box(tried)
        assert in_force(box) in (OLD, NEW)
        has_begun = box.trial() is not None or box.generations.current() > 1
        resume(box, lost)
        ends.add("new" if has_begun and not is_lost else "old")
        is_settled(box, NEW if has_begun and not is_lost else OLD)
        if is_lost and box.outcome.read_text().startswith("generation 2"):
            assert (tried / "posko.toml").read_text() == OLD["posko.toml"].text
            assert (tried / "posko.toml.rejected").read_text() == NEW["posko.toml"].text
        if step % 8 == 0:
            apply(box, files("later"))
            is_settled(box, files("later"))
        shutil.rmtree(tried)
        shutil.copytree(first, tried, symlinks=True)

    shutil.copytree(first, tried, symlinks=True)
    steps = every_step(work, look)
    assert steps > 40
    assert ends == ({"old"} if is_lost else {"old", "new"})


def test_going_back_to_nothing_leaves_the_boot_partition_as_it_was(root: Path) -> None:
    box = installed(root)
    assert "posko" not in roll_back(box, root / "posko.toml")
    assert box.generations.current() == 0
    assert (root / "boot/firmware/cmdline.txt").read_text() == AS_SHIPPED
    assert (root / "boot/firmware/posko.txt").read_text() == "# nothing\n"


def test_by_hand_one_goes_back_and_the_site_file_too(root: Path) -> None:
    box = installed(root)
    apply(box, NEW)
    roll_back(box, root / "posko.toml")
    is_settled(box, OLD)
    assert (root / "posko.toml").read_text() == "# old\n"
    assert "somebody asked for it" in box.outcome.read_text()


def test_daemons_that_are_not_root_reach_what_is_for_them_and_no_more(root: Path) -> None:
    (root / "etc/posko").mkdir(parents=True)
    (root / "etc/posko").chmod(0o750)
    box = installed(root)
    current = (box.state / "current").resolve()
    for folder in (current, current / "lib/sysctl.d", *current.parents[:3], root / "etc/posko"):
        assert folder.stat().st_mode & 0o001, folder
    assert (root / "etc/posko").stat().st_mode & 0o007 == 0o001
    assert (current / "lib/sysctl.d/50-posko.conf").stat().st_mode & 0o777 == 0o644
    for secret in ("hostapd/wlan0.conf", "posko.toml"):
        assert (current / secret).stat().st_mode & 0o777 == 0o600


def test_one_trial_at_a_time_and_a_confirmed_one_stays(root: Path) -> None:
    box = installed(root)

    def plan(generation: int, before: int) -> Trial:
        return Trial(
            generation=generation,
            before=before,
            minutes=10,
            needs=(),
            config=str(root / "posko.toml"),
            resolvers=(),
            boot=boot_id(),
        )

    begin(box, NEW, plan, lambda: None)
    with pytest.raises(OnTrial, match="generation 2 is on trial"):
        begin(box, NEW, plan, lambda: None)
    assert confirm(box) == "generation 2 stays"
    with pytest.raises(OnTrial, match="the last one: generation 2 was confirmed"):
        confirm(box)


def test_old_generations_are_forgotten_but_not_the_one_to_go_back_to(root: Path) -> None:
    box = installed(root)
    for number in range(9):
        apply(box, files(f"try-{number}"))
    kept = sorted(path.name for path in (box.state / "generations").iterdir())
    assert len(kept) == 6
    roll_back(box, root / "posko.toml")
    is_settled(box, files("try-7"))


def test_a_file_changed_by_hand_is_named(root: Path) -> None:
    box = installed(root)
    (box.state / "current/hostapd/wlan0.conf").write_text("ssid=other\n")
    with pytest.raises(Damaged, match=r"hostapd/wlan0\.conf was changed by hand"):
        in_force(box)
    apply(box, NEW)
    is_settled(box, NEW)


def test_a_folder_in_the_way_is_named_before_anything_happens(root: Path) -> None:
    (root / "usr/local/lib/sysctl.d").mkdir(parents=True)
    with pytest.raises(Occupied, match=r"usr/local/lib/sysctl\.d must be a link"):
        apply(Box(root), OLD)
    assert Box(root).trial() is None
