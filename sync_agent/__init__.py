"""The sync agent: carries the outbox to the city and brings the city's answers back."""
