"""Agreeing, sealing, exporting, erasing, forgetting."""
