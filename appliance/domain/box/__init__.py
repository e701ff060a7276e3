"""The box as a machine: its software, its schema, its printer."""
