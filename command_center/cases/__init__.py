"""What is done about requests at the city, and what time alone does to them."""
