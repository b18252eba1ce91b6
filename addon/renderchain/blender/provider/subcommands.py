"""Commands that have commands, such as ``stake add``; each takes all the options behind it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from ..command_line import add_common_options


class Subcommands:
    """``all`` are the parsers so far; what was chosen is ``command`` of the parsed options."""

    def __init__(self, name: str, description: str, default: str = "") -> None:
        self._parser = argparse.ArgumentParser(prog=f"renderchain_{name}", description=description)
        self._choice = self._parser.add_subparsers(dest="command", required=not default)
        self._default = default
        self.all: list[argparse.ArgumentParser] = []

    def add(self, name: str, text: str) -> argparse.ArgumentParser:
        """Another one."""
        parser = self._choice.add_parser(name, help=text, description=text)
        add_common_options(parser)
        self.all.append(parser)
        return parser

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The options; without a command those of the default one."""
        given = list(arguments)
        if self._default and (not given or (given[0].startswith("-") and given[0] not in ("-h", "--help"))):
            given.insert(0, self._default)
        return self._parser.parse_args(given)

    def error(self, text: str) -> NoReturn:
        """End with that sentence, as for a command line that makes no sense."""
        self._parser.error(text)
