"""SQLite, one module per table group; functions take a connection and return domain objects.

The statements live here and nowhere else. Transactions are opened by `appliance.actions`. Queries
lie in the rooms of `domain`, and are imported by the bare name of their module, which alone says
what they are about. The modules beside the rooms are what all of them stand on, the file itself:
opened, migrated, repaired, kept within the disk.
"""
