"""Staff of the kecamatan: accounts, log-ins, and what they want of requests."""
