"""Putting an SMS on the air of the demonstration's simulated network."""

from pathlib import Path

from appliance.domain.errors import PoskoError


class NotRunning(PoskoError, ConnectionError):
    """There is no demonstration to talk to."""


def control_socket(folder: Path) -> Path:
    """Where the simulated modem of a demonstration listens for its air side."""
    return folder / "modem.sock"


def send(folder: Path, number: str, text: str) -> None:
    """Let `number` send `text` to the call-centre number; the answer shows in the journey."""
    # The simulator is test code and no part of the package; the demonstration runs in a checkout.
    from tests.sim.control import ModemControl  # noqa: PLC0415

    try:
        ModemControl(control_socket(folder)).sms(number, text)
    except (FileNotFoundError, ConnectionError):
        raise NotRunning(f"no demonstration runs in {folder}; start it with `make run`") from None
    print(f"SMS from {number} is on the air; follow its journey where `make run` runs")
