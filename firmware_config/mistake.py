"""What is said of a key that cannot be what it is. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """One key that cannot be what it is."""

    key: str
    value: object
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.key} = {self.value!r}: {self.reason}; {self.remedy}"


def among(names: set[str]) -> str:
    """The remedy where one of some names was meant."""
    return f"use one of {', '.join(sorted(names))}" if names else "add [[wifi.zones]]"
