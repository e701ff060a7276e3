"""Sessions of the free WiFi, what the gate makes of them, and vouchers."""
