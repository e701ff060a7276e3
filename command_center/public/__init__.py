"""What everybody may see: the report card with its checks against gaming, and open data."""
