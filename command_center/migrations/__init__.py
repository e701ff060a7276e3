"""Steps of the city's schema; run from code by `command_center.store.migrate`."""
