"""The SMS channel: a GSM modem on a serial port, driven in PDU mode.

Floors, lowest first: ``pdu`` and ``at`` (pure codecs), ``exchange``, ``procedures`` and ``machine``
(pure behaviour), ``driver`` (the port), ``mailbox`` (``inbound``: SMS to actions, ``outbound``:
queued texts to parts), ``__main__`` (composition).
"""
