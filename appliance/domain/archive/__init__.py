"""Documents of the archive: their cards, their files, the texts of these, and queries."""
