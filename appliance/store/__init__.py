"""SQLite, one module per table group; functions take a connection and return domain objects.

The statements live here and nowhere else. Transactions are opened by `appliance.actions`.
"""
