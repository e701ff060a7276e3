"""Personal data: told to whom they are about, erased, forgotten when kept long enough."""
