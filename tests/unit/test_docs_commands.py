"""What documents tell somebody to type can be typed, and all that can be typed is documented."""

import argparse
import importlib
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache

import pytest

from tests.support.repository import ROOT, read

PROGRAMS = tomllib.loads(read("pyproject.toml"))["project"]["scripts"]
_PROGRAM = "|".join(sorted(PROGRAMS, key=len, reverse=True))
_TYPED = re.compile(
    rf"`(?:sudo )?((?:{_PROGRAM}) [^`]+)`|^ {{4}}(?:sudo )?((?:{_PROGRAM}) .+)$", re.M
)
_BEHIND = re.compile(r"\s(?:#|[<>]\s|;|&&).*")
"""Words for the shell, or for the reader."""
_NO_COMMAND = "posko enrolment"
"""What a box signs (docs/protocol.md)."""


class Built(Exception):
    """A program has put its command line together."""


def typed(text: str) -> Iterator[tuple[str, bool]]:
    """Command lines in a document, without what stands behind them; whether it stands in a block
    of its own, which is typed as it is."""
    for match in _TYPED.finditer(text):
        line = " ".join((match[1] or match[2]).replace("\\|", "|").split())
        if not line.startswith(_NO_COMMAND):
            yield _BEHIND.sub("", line), match[1] is None


LINES = sorted(
    {
        (str(path.relative_to(ROOT)), *line)
        for path in (ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md"))
        for line in typed(path.read_text(encoding="utf-8"))
    }
)


@cache
def parser(program: str) -> argparse.ArgumentParser:
    """Its command line, taken from its main."""
    module, _, main = PROGRAMS[program].partition(":")

    def keep(self: argparse.ArgumentParser, *_: object) -> argparse.Namespace:
        raise Built(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", keep)
        try:
            getattr(importlib.import_module(module), main)()
        except Built as built:
            found: argparse.ArgumentParser = built.args[0]
            return found
    raise AssertionError(f"{program} reads no command line")


def unknown(program: argparse.ArgumentParser, words: list[str]) -> list[str]:
    """What of a command line nobody knows; a name that only begins it, like `posko desk`, is."""
    at = program
    for place, word in enumerate(words):
        nested = [a for a in at._actions if isinstance(a, argparse._SubParsersAction)]
        if not nested or word.startswith(("-", "[")):
            return [f for f in _options(words[place:]) if f not in at._option_string_actions]
        names = word.split("|")
        if missing := [name for name in names if name not in nested[0].choices]:
            return missing
        at = nested[0].choices[names[0]]
    return []


def _options(words: list[str]) -> list[str]:
    return re.findall(r"--[a-z0-9][a-z0-9-]*", " ".join(words))


@pytest.mark.parametrize(("document", "line", "is_whole"), LINES)
def test_a_command_line_of_a_document_can_be_typed(
    document: str, line: str, *, is_whole: bool
) -> None:
    program, *words = shlex.split(line) if is_whole else line.split()
    assert unknown(parser(program), words) == [], document
    if is_whole:
        parser(program).parse_known_args(words)


def commands(parser: argparse.ArgumentParser, before: str) -> Iterator[str]:
    """Every command of a parser down to the last word, e.g. `posko sync trace`."""
    nested = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not nested:
        yield before
    for name, command in nested[0].choices.items() if nested else ():
        yield from commands(command, f"{before} {name}")


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_is_documented(program: str) -> None:
    text = read("docs/commands.md")
    known = commands(parser(program), program)
    assert [command for command in known if f"| `{command}" not in text] == []
