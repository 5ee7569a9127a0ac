"""From a batch to the items that a model works on: each on its own, every one of them, or the only one.

What a model is: `check`, from the values of an item to its problem (see `inputs`), and `run`, from values without
problems to outputs. Both find values under the keys of the inputs.
"""

from collections.abc import Callable, Mapping, Sequence

import tensorflow as tf

from nst_tf.export.signature.inputs import Input, first_problem, problem_if

__all__ = ["INVALID_ARGUMENT", "Check", "Run", "Values", "count_problem", "defaults", "each", "every", "only", "refuse"]

INVALID_ARGUMENT = 3  # the code of gRPC
MOST_ITEMS = 64

Values = dict[str, tf.Tensor]
Check = Callable[[Values], tf.Tensor]
Run = Callable[[Values], Values]


def refuse(problem: tf.Tensor, values: Values) -> Values:
    """The values, but only where there is no problem; else the call fails with INVALID_ARGUMENT."""
    with tf.control_dependencies([tf.debugging.Assert(problem == "", [problem])]):
        return {name: tf.identity(value) for name, value in values.items()}


def defaults(inputs: Sequence[Input]) -> Values:
    """The defaults of the inputs that have one, for a batch of one."""
    return {one.name: one.batched_default for one in inputs if one.default is not None}


def count_problem(name: str, values: tf.Tensor, count: tf.Tensor, first: str = "content") -> tf.Tensor:
    """The problem of an input of which there are neither as many values as of the first, nor one."""
    length = tf.shape(values)[0]
    return problem_if((length != 1) & (length != count), f"{name} has ", length, f" values and {first} ", count,
                      "; it must have one, or as many")  # fmt: skip


def _repeated(batch: Values) -> Values:
    """Inputs of one value, such as defaults, repeated for each item of the batch."""
    first = next(iter(batch))
    lengths = {name: tf.shape(value)[0] for name, value in batch.items()}
    count = lengths[first]
    problems = [count_problem(name, value, count, first) for name, value in batch.items()]
    many = problem_if(count > MOST_ITEMS, f"{first} has ", count, f" values; at most {MOST_ITEMS} are taken at a time")
    batch = refuse(first_problem([*problems, many]), batch)
    return {name: tf.repeat(value, tf.where(lengths[name] == count, 1, count), 0) for name, value in batch.items()}


def _read(item: Values, inputs: Sequence[Input], check: Check) -> tuple[tf.Tensor, Values]:
    """The problem of an item, and its values."""
    read = {one.key: one.read(item[one.name]) for one in inputs}
    problem = first_problem(problem for problem, _ in read.values())
    values = {key: value for key, (_, value) in read.items()}
    return tf.cond(problem == "", lambda: check(values), lambda: problem), values


def _spec(value: tf.Tensor) -> tf.TensorSpec:
    return tf.TensorSpec(value.shape, value.dtype)


def each(batch: Values, inputs: Sequence[Input], check: Check, run: Run, empty: Mapping[str, tf.Tensor]) -> Values:
    """Runs a model on each item of a batch; one that has a problem does not disturb the others.

    Args:
        batch: Values by the names of the inputs; the first gives the number of items.
        inputs: What they are.
        check: Of the model, as `run`.
        run: See `check`.
        empty: The outputs of an item that has a problem.

    Returns:
        The outputs, each with a leading dimension, and a `status` and a `message` for each item.
    """

    def one(item):
        problem, values = _read(item, inputs, check)
        made = tf.cond(problem == "", lambda: run(values), lambda: dict(empty))
        return made | {"status": tf.where(problem == "", 0, INVALID_ARGUMENT), "message": problem}

    specs = {name: _spec(value) for name, value in empty.items()}
    specs |= {"status": tf.TensorSpec([], tf.int32), "message": tf.TensorSpec([], tf.string)}
    return tf.map_fn(one, _repeated(batch), fn_output_signature=specs)


def every(batch: Values, inputs: Sequence[Input], check: Check, run: Run, made: Mapping[str, tf.TensorSpec]) -> Values:
    """Runs a model on every item of a batch; the call fails if one has a problem.

    Args:
        batch: Values by the names of the inputs; the first gives the number of items.
        inputs: What they are.
        check: Of the model, as `run`.
        run: See `check`.
        made: The outputs of one item.
    """

    def one(item):
        return run(refuse(*_read(item, inputs, check)))

    return tf.map_fn(one, _repeated(batch), fn_output_signature=dict(made))


def only(batch: Values, inputs: Sequence[Input], check: Check, run: Run) -> Values:
    """Runs a model on the only item of a batch; the call fails if there are more, or if it has a problem.

    Returns:
        The outputs, each with a leading dimension of 1.
    """
    problems = [
        problem_if(
            tf.shape(value)[0] != 1, f"{name} has ", tf.shape(value)[0], " values; one request makes one picture"
        )
        for name, value in batch.items()
    ]
    item = {name: value[0] for name, value in refuse(first_problem(problems), batch).items()}
    made = run(refuse(*_read(item, inputs, check)))
    return {name: tf.convert_to_tensor(value)[None] for name, value in made.items()}
