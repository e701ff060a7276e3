"""How the box is: told, printed, updated, and what goes when the disk runs low."""
