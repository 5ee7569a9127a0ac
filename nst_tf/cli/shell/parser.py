"""The parser: argparse with absl's flags, errors of one line, and suggestions for what was misspelt."""

import argparse
import itertools
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from absl import flags
from absl.flags import argparse_flags

from nst_tf.cli.shell.failure import one_line
from nst_tf.errors import nearest, unknown

__all__ = ["Parser"]


class Parser(argparse_flags.ArgumentParser):
    """A parser that refuses what it does not know in one line, with the nearest name that it does know.

    Attributes:
        keep: Where the namespace keeps what is unknown, in place of refusing it; refused without.
        about: What errors begin with.
    """

    def __init__(self, **options: Any):
        super().__init__(allow_abbrev=False, **options)
        self.keep: str | None = None
        self.about = ""

    def error(self, message: str) -> NoReturn:
        """Exits with status 2 after one line on standard error."""
        self.exit(2, f"nst-tf: error: {one_line(self.about + message)}\n")

    @property
    def arguments(self) -> list[argparse.Action]:
        """All that has a value in the namespace, in the order in which it was added."""
        return [action for action in self._actions if action.default is not argparse.SUPPRESS]

    def verb(self, name: str) -> "Parser | None":
        """The parser of a verb, if there is one."""
        return self._subparsers._group_actions[0].choices.get(name)

    def replaced_by(self, args: Sequence[str]) -> set[str]:
        """The arguments, by their place in the namespace, that these options set or cannot be given with."""
        named = [self._option_string_actions.get(word.partition("=")[0]) for word in args]
        rivals = [group._group_actions for group in self._mutually_exclusive_groups]
        found = [action for action in named if action is not None]
        found += [one for group in rivals for one in group if not {*group}.isdisjoint(found)]
        return {action.dest for action in found}

    def parse_known_args(
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parses `args`; nothing is left over, because the unknown is refused."""
        if self._subparsers is None and self.keep is None:
            # Before argparse, which would first complain of what is missing.
            self._refuse_unknown(sys.argv[1:] if args is None else args)
        try:
            namespace, rest = super().parse_known_args(args, namespace)
        except flags.Error as error:
            self.error(str(error).removeprefix("ERROR:: "))
        if self.keep is not None:
            setattr(namespace, self.keep, rest)
            return namespace, []
        self._refuse_unknown(rest)
        if rest:
            self.error(f"unexpected argument {rest[0]!r}; give all arguments that are no options side by side")
        return namespace, rest

    def _refuse_unknown(self, args: Sequence[str]) -> None:
        for argument in itertools.takewhile(lambda argument: argument != "--", args):
            name = argument.partition("=")[0]
            if name.startswith("--") and " " not in argument and name not in self._option_string_actions:
                self._unknown_option(name)

    def _unknown_option(self, name: str) -> None:
        known = {known.lstrip("-"): known for known in self._option_string_actions if known.startswith("--")}
        close = nearest(name.lstrip("-"), known)
        hint = f"did you mean {known[close]!r}?" if close else f"`{self.prog} --help` lists all"
        self.error(f"unknown option {name!r}; {hint}")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        verbs = action.choices or ()
        if action.dest == "verb" and value not in verbs:
            raise argparse.ArgumentError(None, str(unknown("verb", value, verbs)))
        super()._check_value(action, value)
