"""What a simulated SIM and its network remember when the simulator itself is restarted."""

import json
from dataclasses import asdict
from pathlib import Path

from tests.sim.air import Delivered
from tests.sim.modem import ModemSim
from tests.sim.traits import Slot


def dump(modem: ModemSim) -> str:
    """Return slots, waiting messages and deliveries as JSON."""
    memories = {
        name: {str(index): [slot.pdu.hex(), slot.is_read] for index, slot in slots.items()}
        for name, slots in modem.sim.memories.items()
    }
    return json.dumps(
        {
            "memories": memories,
            "waiting": [pdu.hex() for pdu in modem.air.waiting],
            "delivered": [asdict(delivered) for delivered in modem.air.delivered],
        }
    )


def load(modem: ModemSim, path: Path) -> None:
    """Fill a new modem from a file; nothing happens if there is none."""
    if not path.exists():
        return
    state = json.loads(path.read_text(encoding="utf-8"))
    for name, slots in state["memories"].items():
        modem.sim.memories[name] = {
            int(index): Slot(bytes.fromhex(pdu), is_read) for index, (pdu, is_read) in slots.items()
        }
    modem.air.waiting = [bytes.fromhex(pdu) for pdu in state["waiting"]]
    modem.air.delivered = [Delivered(**delivered) for delivered in state["delivered"]]


def save(path: Path, text: str) -> None:
    """Replace the file in one step."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
