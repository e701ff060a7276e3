"""What the city orders of a box: commands, and whole tables to work by."""

from typing import Annotated, ClassVar

import msgspec

from appliance.domain.events.instant import Instant

CommandId = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Za-z_-]{1,64}\Z")]

Word = Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z_]{0,39}\Z")]

DETAIL_MAX_CHARS = 4_000

CELL_MAX_CHARS = 1_000

TABLE_MAX_ROWS = 200

Row = Annotated[
    dict[Word, Annotated[str, msgspec.Meta(max_length=CELL_MAX_CHARS)]],
    msgspec.Meta(max_length=16),
]


class CommandIssued(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: the city orders the box to do something, once, before the order expires."""

    KIND: ClassVar[str] = "command.issued"

    command_id: CommandId
    name: Word
    args: Row
    issued_at: Instant
    """By the city's clock, as is the end of the command: `expires_s` later."""
    expires_s: Annotated[int, msgspec.Meta(ge=1, le=366 * 86_400)]


class CommandResult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Up: what became of a command."""

    KIND: ClassVar[str] = "command.result"

    command_id: CommandId
    outcome: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    """A `remote_command.Outcome`."""
    detail: Annotated[str, msgspec.Meta(max_length=DETAIL_MAX_CHARS)]
    """For people; of `report`, a JSON object."""
    at: Instant


class TablePublished(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Down: a whole table of the city; it replaces an older version at the box."""

    KIND: ClassVar[str] = "table.published"

    name: Word
    version: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    rows: Annotated[list[Row], msgspec.Meta(max_length=TABLE_MAX_ROWS)]
