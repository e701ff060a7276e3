"""The one error of the PDU codec.

Whatever bytes a network or a SIM hands over, decoding either succeeds or raises this; callers can
therefore quarantine a message instead of losing the channel to it.
"""


class PduError(ValueError):
    """These octets are not a TPDU that we can read, or this value does not fit into one."""
