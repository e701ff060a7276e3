"""The city's database, one module per table group; functions take a connection.

SQLAlchemy Core in words that every dialect understands: SQLite, or PostgreSQL when a city grows.
"""
