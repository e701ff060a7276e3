"""Errors of the domain, split by who must act on them."""


class PoskoError(Exception):
    """Root of every error this project raises on purpose."""


class BadInput(PoskoError, ValueError):
    """The sender of the input can mend it; the message says how, in words meant for them."""


class WireError(BadInput):
    """Bytes from the wire that are not a valid message; `code` is stable and goes into acks."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
