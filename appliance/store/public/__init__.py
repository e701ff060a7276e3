"""What everybody may read, and the counts that figures are made of."""
