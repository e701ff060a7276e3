"""The kiosk: the touch screen in the hall of the kecamatan (process `posko-kiosk`)."""
