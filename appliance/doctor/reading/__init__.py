"""How things are: reads files, asks programs, opens ports; judges nothing."""
