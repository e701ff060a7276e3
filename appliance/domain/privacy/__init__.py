"""What may be known and shown of a person, by whom and how long."""
