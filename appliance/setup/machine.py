"""Looking at a new box: board, way out, radio, screen, ports that may be modems."""

from ipaddress import IPv4Interface
from pathlib import Path

from appliance.doctor import programs
from appliance.doctor.case import text
from appliance.doctor.reading import sms
from appliance.runtime import hardware
from appliance.setup.site_file import Machine

_MODELS = (
    ("Pi 5", "pi5"),
    ("Pi Compute Module 5", "pi5"),
    ("Pi 4", "pi4"),
    ("Pi 3 Model B Plus", "pi3b+"),
    ("Pi Zero 2", "zero2w"),
)
_MOST_PORTS = 6
_ANYWHERE = "00000000"
"""The default route, as /proc/net/route writes it."""


def look(root: Path = Path("/")) -> Machine:
    """What is there now."""
    board = text(root / "proc/device-tree/model")
    model = next((name for words, name in _MODELS if words in board), "generic")
    net = root / "sys/class/net"
    wan = _wan(net, text(root / "proc/net/route"))
    radio = min(_radios(net), key=_is_on_board, default=None)
    own = _own_address(wan)
    return Machine(
        model=model,
        wan=wan,
        radio=radio.name if radio else "",
        driver=_driver(radio) if radio else "",
        device=text(radio / "device/device") if radio else "",
        has_screen=model != "zero2w" and "connected" in hardware.connectors(root / "sys").values(),
        modems=sms.ports(root)[:_MOST_PORTS],
        office_network=str(own.network) if own else "",
        office_address=str(own.ip) if own else "",
    )


def _radios(net: Path) -> list[Path]:
    return sorted(path.parent for path in net.glob("*/phy80211"))


def _is_on_board(radio: Path) -> bool:
    """Takes ten phones; who has plugged in another one means that."""
    return _driver(radio) == "brcmfmac"


def _driver(radio: Path) -> str:
    return (radio / "device/driver").resolve().name


def _wan(net: Path, routes: str) -> str:
    """The wire that leads out, else one that has a carrier, else the first one."""
    ways = [line.split()[:2] for line in routes.splitlines()]
    out = [name for name, *to in ways if to == [_ANYWHERE] and (net / name).exists()]
    if way := next((name for name in out if not (net / name / "phy80211").exists()), None):
        return way
    wires = [path for path in sorted(net.glob("e*")) if not (path / "phy80211").exists()]
    plugged = [path for path in wires if text(path / "carrier") == "1"]
    return next((path.name for path in [*plugged, *wires]), "eth0")


def _own_address(interface: str) -> IPv4Interface | None:
    """Of the office's network; none where that is no private one."""
    own = (a for a in programs.addresses(interface) if isinstance(a, IPv4Interface))
    return next((address for address in own if address.is_private), None)
