"""Named commands below one parser, as every part of `posko-center`'s command line adds its own."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]  # what add_subparsers gives

Perform = Callable[[argparse.Namespace], object]


class Subcommands:
    """Those of one parser; each takes the options of `common`, too, and is done by `perform`."""

    def __init__(
        self, parsers: "Parsers", common: argparse.ArgumentParser, perform: Perform
    ) -> None:
        self._parsers, self._common, self._perform = parsers, common, perform

    def add(self, name: str, words: str, *, about: str = "") -> argparse.ArgumentParser:
        """A new command; `words` tell of it, in its own help too unless `about` does."""
        command = self._parsers.add_parser(
            name, parents=[self._common], help=words, description=about or words
        )
        command.set_defaults(perform=self._perform)
        return command

    def group(self, name: str, words: str) -> "Subcommands":
        """A new command whose actions are added next; `args.action` will name one."""
        actions = self.add(name, words).add_subparsers(
            dest="action", required=True, metavar="ACTION"
        )
        return Subcommands(actions, self._common, self._perform)
