"""The gate: brings the WiFi sessions that the portal wants into the kernel. Needs CAP_NET_ADMIN."""
