"""Nightly backups (docs/backup.md): a sealed copy on a stick, and another box made of it."""
