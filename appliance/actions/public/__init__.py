"""What everybody may read: written, published, withdrawn."""
