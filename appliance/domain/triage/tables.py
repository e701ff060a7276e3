"""The tables of `data/triage`, read as they are needed. Pure."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parents[1] / "data" / "triage"


def table(name: str) -> dict[str, Any]:
    """One TOML file."""
    return tomllib.loads(text(f"{name}.toml"))


def text(name: str) -> str:
    """One file as it is."""
    return raw(name).decode()


def raw(name: str) -> bytes:
    """One file, byte by byte."""
    return (_DATA / name).read_bytes()


@cache
def _word_sets() -> dict[str, Any]:
    return table("words")


def word_set(name: str) -> frozenset[str]:
    """A set of single words of `words.toml`."""
    return frozenset(_word_sets()[name].split())
