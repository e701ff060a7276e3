"""The pages of the kecamatan's staff: LAN only, with a log-in of their own (docs/desk.md)."""
