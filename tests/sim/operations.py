"""What a test or a demo may ask of a running simulator, as one JSON object each."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Protocol

from tests.sim.modem import ModemSim
from tests.sim.traits import Faults


class Plug(Protocol):
    """The cable between modem and box."""

    def plug(self, link: str = "") -> None:
        """Appear as a new device under the same link or another."""

    def unplug(self) -> None:
        """Vanish."""

    def hang_port(self) -> None:
        """Be silent until the port is closed and opened."""


def perform(modem: ModemSim, cable: Plug, request: dict) -> dict:
    """Do what `request["op"]` names; raise KeyError or ValueError for what is none."""
    op = request.pop("op")
    if op == "sms":
        parts = modem.air.inject(request.pop("from"), request.pop("text"), **request)
        return {"ok": True, "parts": len(parts)}
    if op == "fault":
        _set_faults(modem.faults, request)
        if modem.faults.hang == "reopen":
            cable.hang_port()
    elif op == "delivered":
        return {"delivered": [asdict(delivered) for delivered in modem.air.delivered]}
    elif op == "audit":
        return _audit(modem)
    elif op == "commands":
        return {"commands": modem.audit.commands[request.get("from", 0) :]}
    elif action := _actions(modem, cable).get(op):
        action(**request)
    else:
        raise ValueError(f"unknown op {op!r}")
    return {"ok": True}


def _actions(modem: ModemSim, cable: Plug) -> dict[str, Callable[..., None]]:
    return {
        "pdu": lambda hex: modem.air.waiting.append(bytes.fromhex(hex)),
        "say": modem._say,
        "network": lambda up: modem.set_network(bool(up)),
        "reboot": modem.reboot,
        "forget": modem.forget,
        "power": modem.power_cycle,
        "call": modem.call,
        "reports": modem.release_reports,
        "plug": cable.plug,
        "unplug": cable.unplug,
    }


def _set_faults(faults: Faults, values: dict) -> None:
    known = {field.name for field in fields(Faults)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"unknown fault {name!r}")
        setattr(faults, name, value)


def _audit(modem: ModemSim) -> dict:
    audit = modem.audit
    return {
        "slots": {name: len(slots) for name, slots in modem.sim.memories.items()},
        "waiting": len(modem.air.waiting),
        "commands": len(audit.commands),
        "sends": sum(text.startswith("AT+CMGS=") for text in audit.commands),
        "submits": len(modem.air.submits),
        "deleted_unread": audit.deleted_unread,
        "deleted_all": audit.deleted_all,
        "reboots": audit.reboots,
        "unacknowledged": audit.unacknowledged,
        "unheard_bytes": audit.unheard_bytes,
    }
