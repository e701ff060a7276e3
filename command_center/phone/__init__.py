"""What residents tell the city by telephone: new reports, and words about those they have made."""
