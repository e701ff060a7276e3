"""What a test or a demo may ask of a running simulator, as one JSON object each."""

from dataclasses import asdict, fields
from typing import Protocol

from tests.sim.modem import ModemSim
from tests.sim.traits import Faults


class Plug(Protocol):
    """The cable between modem and box."""

    def plug(self) -> None:
        """Appear as a new device under the same link."""

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
    if op == "pdu":
        modem.air.waiting.append(bytes.fromhex(request["hex"]))
    elif op == "fault":
        _set_faults(modem.faults, request)
        if modem.faults.hang == "reopen":
            cable.hang_port()
    elif op == "network":
        modem.set_network(bool(request["up"]))
    elif op in {"reboot", "plug", "unplug"}:
        {"reboot": modem.reboot, "plug": cable.plug, "unplug": cable.unplug}[op]()
    elif op == "delivered":
        return {"delivered": [asdict(delivered) for delivered in modem.air.delivered]}
    elif op == "audit":
        return _audit(modem)
    else:
        raise ValueError(f"unknown op {op!r}")
    return {"ok": True}


def _set_faults(faults: Faults, values: dict) -> None:
    known = {field.name for field in fields(Faults)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"unknown fault {name!r}")
        setattr(faults, name, value)


def _audit(modem: ModemSim) -> dict:
    return {
        "slots": {name: len(slots) for name, slots in modem.sim.memories.items()},
        "waiting": len(modem.air.waiting),
        "commands": len(modem.audit.commands),
        "sends": sum(text.startswith("AT+CMGS=") for text in modem.audit.commands),
        "submits": len(modem.air.submits),
        "deleted_unread": modem.audit.deleted_unread,
        "deleted_all": modem.audit.deleted_all,
        "reboots": modem.audit.reboots,
    }
