"""What boxes are told: numbered events, and the commands, tables and files among them."""
