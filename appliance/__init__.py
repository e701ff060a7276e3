"""The box: the floors its channels share (domain, store, runtime, actions), its kiosk, its CLI."""
