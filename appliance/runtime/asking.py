"""Asking who types a command whether it is meant."""

from appliance.domain.errors import PoskoError


class NotMeant(PoskoError):
    """Nobody has said yes, and nothing was done."""


def be_sure(question: str) -> None:
    """Ask, and wait for "yes"; raises NotMeant, also where nobody is there to answer."""
    try:
        said = input(f"{question} Type yes: ")
    except EOFError:
        print()
        said = ""
    if said.strip() != "yes":
        raise NotMeant("nothing was done; type yes when asked, or give --yes")
