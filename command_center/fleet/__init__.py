"""The boxes of a city: enrolled by a code, revoked when stolen, told apart by what they run."""
