"""What Open311 answers with instead of a result."""

from appliance.domain.errors import BadInput


class Problem(BadInput):
    """A request that gets an `errors` document; `status` is that of HTTP too."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description
