"""What the sync agent does with the city's orders, keys and acknowledgements."""
