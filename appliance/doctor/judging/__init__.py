"""What readings mean, and what a technician must do about them. Pure."""
