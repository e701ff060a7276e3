"""The city's database: queries by room; functions take a connection.

The modules beside the rooms are what all of them stand on: `database` opens it and runs
transactions, `sqlite` and `postgresql` are the two it may be, `migrate` brings it to this
release's schema, `bulk` and `leases` are tools of queries and programs, `this_city` says whose it
is. `schema` holds the tables. Queries lie in the room of their table, those of a small room with a
neighbour; they are imported by the bare name of their module, which alone says what they are about.
"""
