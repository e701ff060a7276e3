"""Documents of the archive: put in, read, withdrawn, destroyed."""
