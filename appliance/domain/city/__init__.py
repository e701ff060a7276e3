"""How box and city speak: topics, bytes, signatures, commands, settings and tables."""
