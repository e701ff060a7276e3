"""Who has just sent a report: a token in the address that dies within minutes.

The page after sending says what the number alone must not reveal (that it is an emergency, or
confidential, its PIN), and its address stays in the history of a phone that others may use. So the
address carries no such word, only a signature over the ticket with a key that no process keeps:
after the time, or a restart, it opens the ordinary page.
"""

from collections.abc import Callable

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from appliance.domain.ids import Ticket
from appliance.domain.moment import Moment

KEY_BYTES = 32
FRESH_FOR_S = 120
"""Long enough to load the page again on a weak link, and to read it once more."""


class Freshness:
    """Makes and checks the tokens of one process; `key` must be random."""

    def __init__(self, now: Callable[[], Moment], key: bytes) -> None:
        self._tokens = URLSafeTimedSerializer(key, salt="fresh ticket", signer=_signer(now))

    def token(self, ticket: Ticket, *, is_joined: bool = False) -> str:
        """Say that this ticket was given out just now, or that a report has joined it."""
        return self._tokens.dumps(_signed(ticket, is_joined))

    def holds(self, ticket: Ticket, token: str) -> bool:
        """Tell whether the token was made for this ticket, here, less than two minutes ago."""
        return self._read(token) in (_signed(ticket, False), _signed(ticket, True))

    def is_joined(self, ticket: Ticket, token: str) -> bool:
        """Tell whether it was made for one who joined: who types any phone sees no PIN of it."""
        return self._read(token) == _signed(ticket, True)

    def _read(self, token: str) -> object:
        try:
            return self._tokens.loads(token, max_age=FRESH_FOR_S)
        except BadData:
            return None


def _signed(ticket: Ticket, is_joined: bool) -> str:
    return f"{ticket.digits}+" if is_joined else ticket.digits


def _signer(now: Callable[[], Moment]) -> type[TimestampSigner]:
    class Signer(TimestampSigner):
        """Counts from the boot: the wall clock of a box may be set at any moment."""

        def get_timestamp(self) -> int:
            return now().mono_ms // 1000

    return Signer
