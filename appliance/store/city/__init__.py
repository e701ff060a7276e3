"""What goes to the city and what it has sent: events, commands, keys and tables."""
