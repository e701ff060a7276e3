"""The free WiFi: sessions, and how devices find the portal."""
