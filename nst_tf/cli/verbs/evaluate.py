"""`nst-tf evaluate`: how near pictures are to their style and to their content."""

import functools
import json
import math
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.work.cluster import add_cluster, elsewhere, is_on_ray, told
from nst_tf.cli.work.folders import add_recursive, add_shard, files_in, part_of
from nst_tf.errors import InputError

if TYPE_CHECKING:  # `--help` need not wait for TensorFlow
    from nst_tf.cli.work.jobs import Job
    from nst_tf.measures.evaluate import Evaluation, Evaluator

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Measure how near pictures are to a style and to a content."
LEGEND = """
style: squared Wasserstein-2 distance of features of VGG16, 0 for the style itself; mean of the layers to its right
content: LPIPS with AlexNet, 0 for the content itself
patches: from the picture's places to the places of the style most like them, 0 if each looks like one (AlexNet)
omitted: from the style's places to the picture's, 0 if all of the style is in the picture
edges: agreement of outlines with the content's, 1 for the content itself, about 0 for another picture"""
SHARES = """
/photo: as a share of what the photograph itself has"""


class _Row(NamedTuple):
    """A picture that was measured: what tells which, its numbers, and shares if there are controls."""

    about: dict[str, Any]
    found: "Evaluation"
    shares: Mapping[str, float] = {}

    @property
    def name(self) -> str:
        """For the table."""
        about = self.about
        return about["result"] if "result" in about else f"{about['control']} {about['width']}x{about['height']}"

    @property
    def record(self) -> dict[str, Any]:
        """For a line of JSON, which has no NaN."""
        shares = {name: None if math.isnan(share) else share for name, share in self.shares.items()}
        return {**self.about, **asdict(self.found), **shares}


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("content", metavar="CONTENT", help="image that the pictures should show")
    parser.add_argument("style", metavar="STYLE", help="image whose style they should have")
    parser.add_argument(
        "results", metavar="RESULT", nargs="+", help="picture to measure, at its own size, or a folder of pictures"
    )
    add_recursive(parser)
    add_shard(parser)
    add_cluster(parser)
    parser.add_argument("--controls", action="store_true",
                        help="also measure the photograph itself, the painting itself and the photograph with the "
                             "painting's colours, and tell distances as shares of the photograph's")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each result instead of a table")


class _Measure:
    """Measures one picture after the other.

    Args:
        arguments: Of the command line.
    """

    def __init__(self, arguments: Namespace):
        from nst_tf.cli.shell.tensorflow_import import import_tensorflow
        from nst_tf.images import read_image

        content, style = read_image(arguments.content), read_image(arguments.style)
        import_tensorflow(arguments.debug)
        from nst_tf.measures.evaluate import Evaluator

        self.evaluator = Evaluator(content, style)

    def __call__(self, job: "Job") -> tuple["Evaluation", tuple[int, int]]:
        from nst_tf.images import read_image

        picture = read_image(job.source)
        return self.evaluator(picture), picture.pixels.shape[:2]


def run(arguments: Namespace) -> int:
    """Measures each result and prints."""
    with elsewhere(arguments) as arguments:
        return _run(arguments)


def _run(arguments: Namespace) -> int:
    # Only now what takes a while to import.
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow
    from nst_tf.cli.work.batch import Batch, in_turn
    from nst_tf.cli.work.jobs import Job, Plan
    from nst_tf.cli.work.ray_batch import QUICK, RayBatch

    paths = [path for source in arguments.results for path in files_in(source, arguments.recursive)]
    if not any(path.exists() for path in paths):
        others = f", nor any of the other {len(paths) - 1} results" if len(paths) > 1 else ""
        raise InputError(f"cannot read {paths[0]}: there is no such file{others}")
    plan = Plan([Job(path, path) for path in part_of(paths, arguments.shard)])
    opened = functools.cache(partial(_Measure, arguments))  # once, also for the controls
    if is_on_ray(arguments):
        import_tensorflow(arguments.debug)  # which what is measured brings along
        batch = RayBatch(arguments, plan, partial(_Measure, arguments), "measured", QUICK)
    else:
        batch = Batch(plan, in_turn(opened()), "measured")
    measured = dict(batch)
    found = [(job, *measured[job]) for job in plan.jobs if job in measured]
    rows = [_Row({"result": told(arguments.mirrors, str(job.source))}, one) for job, one, _ in found]
    if rows and arguments.controls:
        rows = _with_controls(rows, opened().evaluator, [size for *_, size in found])
    if rows:
        print("\n".join(json.dumps(row.record) for row in rows) if arguments.json else _table(rows))
    return batch.status


def _with_controls(rows: Sequence[_Row], evaluator: "Evaluator", sizes: Sequence[tuple[int, int]]) -> list[_Row]:
    """The rows of results of these sizes with their shares, then the controls of each size."""
    controls = {size: evaluator.controls(size) for size in dict.fromkeys(sizes)}
    shared = [
        row._replace(shares=row.found.shares(controls[size]["photograph"]))
        for row, size in zip(rows, sizes, strict=True)
    ]
    for (height, width), found in controls.items():
        for name, one in found.items():
            about = {"control": name, "width": width, "height": height}
            shared.append(_Row(about, one, one.shares(found["photograph"])))
    return shared


def _table(rows: Sequence[_Row]) -> str:
    """Two tables, one below the other, so that lines are not too long."""
    names, found = [row.name for row in rows], [row.found for row in rows]
    heads = {"style": "style_distance", "content": "content_distance"}
    first = {head: [getattr(one, name) for one in found] for head, name in heads.items()}
    first |= {layer: [one.layers[layer] for one in found] for layer in found[0].layers}
    heads = {"patches": "patch_distance", "omitted": "omission_distance", "edges": "edge_agreement"}
    second = {head: [getattr(one, name) for one in found] for head, name in heads.items()}
    if shares := rows[0].shares:
        heads = {"style/photo": "style_share", "patches/photo": "patch_share"}
        second |= {head: [row.shares[name] for row in rows] for head, name in heads.items()}
    return "\n".join([_columns(names, first), "", _columns(names, second), LEGEND + (SHARES if shares else "")])


def _columns(names: Sequence[str], columns: Mapping[str, Sequence[float]]) -> str:
    names = ["result", *map(one_line, names)]
    wide = max(map(len, names))
    lines = [name.ljust(wide) for name in names]
    for head, values in columns.items():
        cells = [head, *("-" if math.isnan(value) else f"{value:.4f}" for value in values)]
        lines = [f"{line}  {cell:>{max(7, len(head))}}" for line, cell in zip(lines, cells, strict=True)]
    return "\n".join(lines)
