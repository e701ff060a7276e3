"""Documents of the archive, the texts of their files, and the index over both."""
