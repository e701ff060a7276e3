"""Asking officials, and hearing them."""
