"""What is done with a modem, one procedure a module, each a generator that yields its steps."""
