"""The portal: pages for residents' phones on the hall's WiFi (process `posko-portal`)."""
