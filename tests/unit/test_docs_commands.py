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


def commands(
    parser: argparse.ArgumentParser, name: str
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """A program and every command of it down to the last word, e.g. `posko sync trace`."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, command in action.choices.items():
                yield from commands(command, f"{name} {word}")


def options(parser: argparse.ArgumentParser) -> list[str]:
    """Those of a command alone; the others are told above the table."""
    found = _options(list(parser._option_string_actions))
    return [option for option in found if option not in ("--help", "--config", "--version")]


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_command_and_its_options_are_documented(program: str) -> None:
    lines = read("docs/commands.md").splitlines()
    for name, command in commands(parser(program), program):
        told = [line for line in lines if line.startswith(f"| `{name}")]
        assert told, name
        assert [option for option in options(command) if option not in "".join(told)] == [], name
