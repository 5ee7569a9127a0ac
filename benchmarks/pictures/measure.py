"""Measures the pictures that were not measured yet, and beside each pair what nobody painted."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from benchmarks.pictures.files import Comparison, Numbers, Pair, tell
from nst_tf.images import fit, read_image
from nst_tf.measures.evaluate import CONTROLS, Evaluation, Evaluator

__all__ = ["measure_pictures"]


def measure_pictures(comparison: Comparison, numbers: Numbers) -> None:
    """Measures what was not, as the files show it, and what nobody painted for each pair besides.

    Args:
        comparison: Whose pictures; all have been made.
        numbers: To which the evaluation of each is added.
    """
    for pair in [*comparison.pairs, *comparison.identities]:
        names = [method.label for method in comparison.methods]
        names += [] if pair.is_identity else CONTROLS
        if left := [name for name in names if "evaluation" not in numbers.get(comparison.key(pair, name), {})]:
            for name, evaluation in _measured(comparison, pair, left):
                key = comparison.key(pair, name)
                numbers[key] = {**numbers.get(key, {}), "evaluation": asdict(evaluation)}
            tell(f"measured: {' x '.join(pair.names)}")


def _measured(comparison: Comparison, pair: Pair, names: Sequence[str]) -> Iterator[tuple[str, Evaluation]]:
    """The evaluations of these methods and controls."""
    content = read_image(pair.content)
    evaluator = Evaluator(content, read_image(pair.style))
    if set(CONTROLS) & set(names):
        yield from evaluator.controls(fit(content.pixels.shape, comparison.size)).items()
    for method in comparison.methods:
        if method.label in names:
            yield method.label, evaluator(read_image(comparison.picture(pair, method)))
