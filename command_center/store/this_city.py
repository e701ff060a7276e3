"""Which city this database is of: the one row that is written when it is made."""

from sqlalchemy import Connection, select

from command_center.store.schema.city import city

# Made once: putting such a statement together takes longer than running it.
_CODE = select(city.c.code)
_EPOCH = select(city.c.epoch)


def code(connection: Connection) -> str:
    """Its four digits."""
    digits: str = connection.execute(_CODE).scalar_one()
    return digits


def epoch(connection: Connection) -> str:
    """The epoch of this database: eight hex digits, made with it."""
    digits: str = connection.execute(_EPOCH).scalar_one()
    return digits


def lock(connection: Connection) -> str:
    """The code; from here on others who lock the city wait, whichever process they are in."""
    digits: str = connection.execute(_CODE.with_for_update()).scalar_one()
    return digits
