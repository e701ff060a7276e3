"""Officials, who of them is to be asked, and what they answered."""
