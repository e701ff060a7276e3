"""Officials of the agencies, and whom to ask next."""
