"""What all tables share: the one MetaData they are in, and the type of large numbers."""

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData()

BIG = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits everywhere: sequence numbers and milliseconds. SQLite's INTEGER already has them."""
