"""What boxes are told: decisions about cases, commands, tables and documents."""
