"""Who works on a case until when, and who was told."""
