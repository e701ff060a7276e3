"""What tests change about a box that runs, and take back."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.nspawn.installing import CONFIG
from tests.nspawn.machine import Machine
from tests.support.waiting import wait_for

DAEMONS = [f"posko-{name}" for name in ("portal", "kiosk", "desk", "modem", "sync", "gate")]
QUICK_RETRY, QUICK_REVIEW = (
    f'[Service]\nExecStart=\nExecStart=/bin/sh -c "sleep 1; {then}"\n'
    for then in (
        "systemctl reset-failed %i; exec systemctl start --no-block %i",
        "exec /usr/bin/posko alarm review --steady 2",
    )
)


@contextmanager
def changed(machine: Machine, **units: str) -> Iterator[None]:
    """Units with a drop-in while the block lasts; `__` in a name is `@`.

    What a test before has left to be tried anew would be, in its own time, and not by the drop-in.
    """
    named = {name.replace("__", "@").replace("_", "-") + ".service": units[name] for name in units}
    machine.must("systemctl", "stop", "posko-retry@*")
    try:
        for unit, text in named.items():
            machine.drop_in(unit, text)
        yield
    finally:
        for unit in named:
            machine.drop_in(unit, "")
        machine.must("systemctl", "reset-failed")
        machine.must("systemctl", "start", "posko.target", *DAEMONS)


@contextmanager
def configured(machine: Machine, text: str) -> Iterator[None]:
    """Another posko.toml while the block lasts."""
    config = machine.root / "etc/posko/posko.toml"
    try:
        config.write_text(text)
        yield
    finally:
        config.write_text(CONFIG)


def all_are_back(machine: Machine, before: dict[str, str]) -> bool:
    """Whether every daemon is ready again, as another process."""
    return all(
        machine.show(unit, "ActiveState") == "active" and machine.pid(unit) not in ("0", pid)
        for unit, pid in before.items()
    )


def stop_box(machine: Machine) -> None:
    """Stop the target and wait for what is part of it; the database's unit ends last."""
    machine.must("systemctl", "stop", "posko.target")
    wait_for(lambda: machine.show("posko-migrate", "ActiveState") == "inactive", "all has ended")
