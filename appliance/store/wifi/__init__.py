"""Sessions of the free WiFi, and vouchers."""
