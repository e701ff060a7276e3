"""What everybody may read, and figures that tell of nobody."""
