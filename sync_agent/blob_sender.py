"""How much of a large file may go on the line now. Pure.

Files are the lowest lane of all. The city asks for one chunk and asks again only when it has it, so
that at most one is on the line; here it is held back while any event wants to be sent, and kept
within what the byte budget of the events leaves. So an event that is stored while a chunk is under
way waits behind that one chunk, and behind no other.
"""

from sync_agent.link_machine import SMALLEST_BUDGET_BYTES, Link


def allowed_bytes(link: Link, wanted_bytes: int) -> int:
    """How many of the wanted bytes may be sent now; 0 for none."""
    is_busy = any(lane.last > lane.sent or lane.gap is not None for lane in link.lanes.values())
    if not link.is_up or is_busy:
        return 0
    is_line_empty = link.room_bytes == link.budget_bytes
    if not is_line_empty and link.room_bytes < SMALLEST_BUDGET_BYTES:
        return 0
    return min(wanted_bytes, max(link.room_bytes, SMALLEST_BUDGET_BYTES))
