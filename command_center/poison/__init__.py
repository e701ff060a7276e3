"""What the city has set aside: reading it, and trying it again."""
