"""A Ray cluster on the command line: its options, and arguments that its workers understand, wherever files are."""

import contextlib
import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from absl import logging

from nst_tf.cli.shell.failure import option
from nst_tf.cli.shell.terminal import start_logging
from nst_tf.cli.shell.values import count
from nst_tf.errors import InputError

if TYPE_CHECKING:  # `--help` need not wait for it
    from nst_tf.distributed import Mirror

__all__ = ["Arguments", "add_cluster", "begin_work", "elsewhere", "is_on_ray", "told"]

ADDRESSES = ("content", "more", "results", "output")  # arguments that may be folders elsewhere


def add_cluster(parser: Any) -> None:
    """Adds the options of work on a Ray cluster."""
    group = parser.add_argument_group("a Ray cluster (pip install 'nst_tf[ray]')")
    group.add_argument("--on", choices=("ray",),
                       help="ray: have workers on one or many machines do it; folders may then be addresses, too, "
                            "such as s3://bucket/photos")  # fmt: skip
    group.add_argument(
        "--workers", type=count, metavar="NUMBER", help="processes, each with its share of the processors"
    )
    group.add_argument("--address", metavar="HOST:PORT",
                       help="of a running cluster, or auto (default: $RAY_ADDRESS, or else workers here)")  # fmt: skip
    parser.set_defaults(mirrors=(), stamps={})


def is_on_ray(arguments: Namespace) -> bool:
    """Whether it is the workers of a cluster that are to work.

    Raises:
        InputError: They are, and it is not said how many; or they are not, but an option was given that has a meaning
            only then.
        NstError: Ray is not installed.
    """
    given = vars(arguments)
    if given.get("on") is None:
        for name in ("workers", "address"):
            if given.get(name) is not None:
                raise InputError(f"{option(name)} has a meaning only with --on ray")
        return False
    if arguments.workers is None:
        raise InputError("--on ray needs --workers NUMBER")
    if given.get("save_every"):
        raise InputError("--save-every has no meaning with --on ray: a picture that is there is finished")
    from nst_tf.distributed import check_ray

    check_ray()
    return True


@contextlib.contextmanager
def elsewhere(arguments: Namespace) -> Iterator[Namespace]:
    """The arguments with folders here in place of those that are elsewhere, as long as the block lasts.

    Args:
        arguments: Of a verb that has `add_cluster`.

    Yields:
        Arguments; `mirrors` are the folders, `stamps` those of all files there.

    Raises:
        InputError: A folder elsewhere cannot be read, or is not for a cluster.
    """
    from nst_tf.distributed.mirror import is_address

    named = {name: vars(arguments).get(name) for name in ADDRESSES}
    texts = [text for value in named.values() for text in (value if isinstance(value, list) else [value]) if text]
    found = list(dict.fromkeys(text for text in texts if is_address(text)))
    if not is_on_ray(arguments):
        if found:
            raise InputError(f"{found[0]} is no folder of this machine; --on ray reads and writes such")
        yield arguments
        return
    with TemporaryDirectory(prefix="nst-tf-") as folder:
        yield from _mirrored(arguments, named, found, Path(folder))


class Arguments(Namespace):
    """Arguments that can be sent: their parser, which cannot, is made anew where they arrive."""

    def __reduce__(self) -> tuple:
        return _arrived, ({name: value for name, value in vars(self).items() if name != "parser"},)


def _arrived(values: dict[str, Any]) -> Arguments:
    from nst_tf.cli.main import make_parser

    return Arguments(**values, parser=make_parser())


def _mirrored(arguments: Namespace, named: dict[str, Any], found: Sequence[str], folder: Path) -> Iterator[Namespace]:
    from nst_tf.distributed import Mirror

    mirrors = {text: Mirror(text, folder / str(number)) for number, text in enumerate(found)}
    stamps = {path: stamp for mirror in mirrors.values() for path, stamp in mirror.list().items()}

    def here(value: Any) -> Any:
        if isinstance(value, list):
            return [here(one) for one in value]
        return type(value)(mirrors[value].folder) if value in mirrors else value

    local = {name: here(value) for name, value in named.items() if value is not None}
    if out := mirrors.get(named["output"]):
        for path in out.folder.glob("manifest*.jsonl"):
            out.fetch(path)
    arguments = Arguments(**{**vars(arguments), **local, "mirrors": [*mirrors.values()], "stamps": stamps})
    try:
        yield arguments
    except InputError as error:
        text = told(arguments.mirrors, str(error))
        raise error if text == str(error) else InputError(text) from error


def told(mirrors: Sequence["Mirror"], text: str) -> str:
    """A text in which files are named as the user knows them."""
    for mirror in mirrors:
        text = mirror.told(text)
    return text


def begin_work(folder: str) -> None:
    """Makes a process that a cluster has begun like that of the command: paths are meant against the same folder."""
    with contextlib.suppress(OSError):  # it need not be there if all paths are absolute
        os.chdir(folder)
    start_logging()
    logging.set_verbosity(logging.WARNING)
