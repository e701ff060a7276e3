"""By what the stored deadlines were computed: checksums by name."""

from sqlalchemy import Connection, delete, insert, select

from command_center.store.schema.handling import due_basis


def of(connection: Connection, name: str) -> str | None:
    """One of them; None where nothing was computed yet."""
    return connection.scalar(select(due_basis.c.checksum).where(due_basis.c.name == name))


def put(connection: Connection, name: str, checksum: str) -> None:
    """From now on it is this one."""
    connection.execute(delete(due_basis).where(due_basis.c.name == name))
    connection.execute(insert(due_basis).values(name=name, checksum=checksum))
