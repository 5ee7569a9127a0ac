"""`nst-tf bench`: the project's own ruler."""

import json
from argparse import Namespace

from nst_tf.cli.parser import Parser
from nst_tf.cli.values import count

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Measure this machine, and on it style transfer and the visualization of networks."


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("--size", type=count, default=512, metavar="PIXELS",
                        help="side of the square on which an evaluation is timed (default: 512)")  # fmt: skip
    parser.add_argument("--race-size", type=count, default=256, metavar="PIXELS",
                        help="longest side of the picture that the optimizers race on (default: 256)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of a table")


def run(arguments: Namespace) -> int:
    """Measures and prints."""
    # Only now what takes a while to import.
    from nst_tf.cli.quiet import import_tensorflow

    import_tensorflow(arguments.debug)
    from nst_tf.bench import stylize, visualize

    measured = {**stylize.measure(arguments.size, arguments.race_size), **visualize.measure()}
    print(json.dumps(measured) if arguments.json else _table(measured))
    return 0


def _table(measured: dict) -> str:
    evaluation, race = measured["evaluation"], measured["race"]
    lines = [
        f"matrix product, float32          {evaluation['matmul_gflops']:8.1f} GFLOP/s",
        f"value and gradient, {evaluation['size']:4d} px      {evaluation['gflops']:8.1f} GFLOP/s"
        f"  {evaluation['seconds']:.2f} s, {evaluation['fraction']:.0%} of the matrix product",
        "",
        f"loss after, {race['width']}x{race['height']} px" + "".join(f"{seconds:>9} s" for seconds in race["seconds"]),
    ]
    for name, losses in race["losses"].items():
        lines.append(f"{name:22}" + "".join(map(_cell, losses)))
    return "\n".join([*lines, "", _convergence(measured["convergence"]), "", *_visualization(measured)])


def _cell(loss: float | None) -> str:
    return f"{'-':>11}" if loss is None else f"{loss:11.4f}"


def _convergence(convergence: dict) -> str:
    goal = f"Adam's Gram loss after {convergence['adam']} evaluations, {convergence['loss']:.4g},"
    needed = convergence["lbfgs"]
    return f"{goal} takes L-BFGS {needed}" if needed else f"{goal} was not reached by L-BFGS in half as many"


def _visualization(measured: dict) -> list[str]:
    search, projection = measured["top_activations"], measured["projection"]
    return [
        f"forward pass, AlexNet, {search['side']} px  {search['bare']:8.1f} images/s",
        f"top activations, {search['layers']} layers    {search['search']:8.1f} images/s"
        f"  {search['fraction']:.0%} of the forward pass",
        f"projections, relu5            {projection['projections']:8.1f} a second"
        f"  {projection['ratio']:.2f} of the time of a forward and backward pass",
    ]
