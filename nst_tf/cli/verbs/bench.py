"""`nst-tf bench`: the project's own ruler."""

import json
from argparse import Namespace
from typing import Any

from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count
from nst_tf.errors import InputError

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Measure this machine, and on it style transfer, visualization, dreams, features and serving."
PARTS = ("stylize", "fast", "visualize", "dream", "features")


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []],
                        help=f"what to measure: {', '.join(PARTS)} (default: all)")  # fmt: skip
    parser.add_argument("--size", type=count, default=512, metavar="PIXELS",
                        help="side of the square on which an evaluation is timed (default: 512)")  # fmt: skip
    parser.add_argument("--race-size", type=count, default=256, metavar="PIXELS",
                        help="longest side of the picture that the optimizers race on (default: 256)")  # fmt: skip
    parser.add_argument("--fast-size", type=count, default=512, metavar="PIXELS",
                        help="longest side of the picture that is made in one pass (default: 512)")  # fmt: skip
    parser.add_argument("--dream-size", type=count, default=256, metavar="PIXELS",
                        help="longest side of the dream, whose sides are 4 to 3 (default: 256)")  # fmt: skip
    parser.add_argument("--serving", action="store_true",
                        help="measure `nst-tf serve` instead: throughput, latency, version swaps, memory, hostile "
                             "images; about 15 minutes, and status 1 if it does not reach what it must")  # fmt: skip
    parser.add_argument("--short", action="store_true", help="of --serving, a minute that only shows that all works")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of a table")


def run(arguments: Namespace) -> int:
    """Measures and prints."""
    if (arguments.serving and arguments.parts) or (arguments.short and not arguments.serving):
        raise InputError("--serving is measured by itself, and only it has a --short form")
    # Only now what takes a while to import.
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    if arguments.serving:
        return _serving(arguments)
    measured = {}
    for part in arguments.parts or PARTS:
        measured |= _measure(part, arguments)
    print(json.dumps(measured) if arguments.json else _table(measured))
    return 0


def _serving(arguments: Namespace) -> int:
    from nst_tf.serve.extra import check_extra

    check_extra()
    from nst_tf.bench.serving import FULL, SHORT, measure, missed

    measured = measure(SHORT if arguments.short else FULL)
    failed = missed(measured)
    print(json.dumps({"serving": measured, "missed": failed}) if arguments.json else _targets(measured))
    return 1 if failed else 0


def _targets(measured: dict) -> str:
    from nst_tf.bench.serving.targets import TARGETS

    facts = (
        f"{measured['served']:.1f} images/s through the server, {measured['direct']:.1f} directly; half of the answers "
        f"within {1000 * measured['p50']:.0f} ms, 99 % within {1000 * measured['p99']:.0f} ms"
    )
    return "\n".join([facts, *(_target(target, measured[target.name]) for target in TARGETS)])


def _target(target, value: float) -> str:
    side = "at least" if target.least else "at most"
    verdict = "reached" if target.reached(value) else "MISSED"
    return f"{verdict:8} {value:8.4g}  {target.text} ({side} {target.bound:g})"


def _measure(part: str, arguments: Namespace) -> dict[str, Any]:
    from nst_tf.bench import dream, fast, features, stylize, visualize

    if part == "stylize":
        return stylize.measure(arguments.size, arguments.race_size)
    if part == "fast":
        return {"fast": fast.measure(arguments.fast_size)}
    if part == "visualize":
        return visualize.measure()
    if part == "dream":
        return {"dream": dream.measure(arguments.dream_size, round(arguments.dream_size * 3 / 4))}
    return {"features": features.measure()}


def _table(measured: dict) -> str:
    lines = {
        "evaluation": _evaluation,
        "race": _race,
        "convergence": _convergence,
        "fast": _fast,
        "top_activations": _search,
        "projection": _projection,
        "dream": _dream,
        "features": _features,
    }
    return "\n\n".join(lines[name](figures) for name, figures in measured.items())


def _evaluation(evaluation: dict) -> str:
    return (
        f"matrix product, float32          {evaluation['matmul_gflops']:8.1f} GFLOP/s\n"
        f"value and gradient, {evaluation['size']:4d} px      {evaluation['gflops']:8.1f} GFLOP/s"
        f"  {evaluation['seconds']:.2f} s, {evaluation['fraction']:.0%} of the matrix product"
    )


def _race(race: dict) -> str:
    head = f"loss after, {race['width']}x{race['height']} px" + "".join(
        f"{seconds:>9} s" for seconds in race["seconds"]
    )
    return "\n".join([head, *(f"{name:22}" + "".join(map(_cell, losses)) for name, losses in race["losses"].items())])


def _cell(loss: float | None) -> str:
    return f"{'-':>11}" if loss is None else f"{loss:11.4f}"


def _convergence(convergence: dict) -> str:
    goal = f"Adam's Gram loss after {convergence['adam']} evaluations, {convergence['loss']:.4g},"
    needed = convergence["lbfgs"]
    return f"{goal} takes L-BFGS {needed}" if needed else f"{goal} was not reached by L-BFGS in half as many"


def _fast(fast: dict) -> str:
    warm, picture = fast["warm_start"], f"in one pass, {fast['width']}x{fast['height']} px"
    return (
        f"{picture:32} {fast['picture']:8.2f} s  {fast['over_encoder']:.1f} of the time of the encoder alone; "
        f"{fast['picture_and_style']:.2f} s with the style\n"
        f"evaluations to an objective of {warm['objective']:.3g}: {warm['from_content']} from the content, "
        f"{warm['from_fast'] or 'not reached'} from the picture of one pass"
    )


def _search(search: dict) -> str:
    return (
        f"forward pass, AlexNet, {search['side']:3d} px    {search['bare']:8.1f} images/s\n"
        f"top activations, {search['layers']} layers        {search['search']:8.1f} images/s"
        f"  {search['fraction']:.0%} of the forward pass"
    )


def _projection(projection: dict) -> str:
    return (
        f"projections, relu5               {projection['projections']:8.1f} a second"
        f"  {projection['ratio']:.2f} of the time of a forward and backward pass"
    )


def _dream(dream: dict) -> str:
    return (
        f"dream, {dream['width']}x{dream['height']}, {dream['octaves']} octaves of {dream['steps']} steps"
        f"  {dream['seconds']:.1f} s, {dream['ratio']:.2f} of the time of as many forward and backward passes"
    )


def _features(features: dict) -> str:
    return (
        f"feature visualization, a step    {features['step']:8.3f} s"
        f"  {features['over_bare']:.2f} of the time of a forward and backward pass\n"
        f"the same for 16 channels         {features['many']:8.3f} s  {features['over_one']:.1f} of the time of one"
    )
