"""What the report card and the open data are made from, and the cards of past days."""
