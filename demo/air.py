"""Putting an SMS on the air of the demonstration's simulated network."""

import json
import socket
from pathlib import Path

from appliance.domain.errors import PoskoError

_TIMEOUT_S = 5.0


class NotRunning(PoskoError, ConnectionError):
    """There is no demonstration to talk to."""


class NotSent(PoskoError, ValueError):
    """The simulated network would not take the SMS."""


def control_socket(folder: Path) -> Path:
    """Where the simulated modem of a demonstration listens for its air side."""
    return folder / "modem.sock"


def send(folder: Path, number: str, text: str) -> None:
    """Let `number` send `text` to the call-centre number; the answer shows in the journey."""
    request = json.dumps({"op": "sms", "from": number, "text": text}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as air:
            air.settimeout(_TIMEOUT_S)
            air.connect(str(control_socket(folder)))
            air.sendall(request)
            answer = json.loads(air.makefile("rb").readline())
    except (FileNotFoundError, ConnectionError):
        raise NotRunning(f"no demonstration runs in {folder}; start it with `make run`") from None
    if not answer.get("ok"):
        raise NotSent(f"the simulated network refused the SMS: {answer.get('error')}")
    print(f"SMS from {number} is on the air; follow its journey where `make run` runs")
