"""What all objectives share: they measure an image, and they compose.

An objective is an immutable value whose tensors (targets, weights) are its fields. It can therefore be an argument of
a compiled function, which is traced once for a *kind* of objective, not once for each target.
"""

import tensorflow as tf

__all__ = ["Objective", "Scaled", "Sum"]


class Objective(tf.experimental.ExtensionType):
    """A quantity of an image, to be minimised.

    Subclasses define `__call__`. `a + b`, `a - b`, `-a` and `2.0 * a` make
    new objectives and leave their operands as they are.
    """

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        """Measures each image of a batch.

        Args:
            features: Feature maps by layer name, `(batch, rows, columns, channels)`; must hold all that it looks at.
            image: RGB in [0, 1], `(batch, height, width, 3)`.

        Returns:
            One value for each image, `(batch,)`.
        """
        raise NotImplementedError

    def renewed(self, features: dict[str, tf.Tensor]) -> "Objective":
        """The objective with targets that were chosen for an image chosen anew, for one that has these features.

        Args:
            features: As for the call, of one image.
        """
        del features
        return self

    def __add__(self, other: "Objective") -> "Objective":
        return Sum((self, other)) if isinstance(other, Objective) else NotImplemented

    def __sub__(self, other: "Objective") -> "Objective":
        return Sum((self, -other)) if isinstance(other, Objective) else NotImplemented

    def __mul__(self, weight: float | tf.Tensor) -> "Objective":
        return NotImplemented if isinstance(weight, Objective) else Scaled(tf.cast(weight, tf.float32), self)

    def __rmul__(self, weight: float | tf.Tensor) -> "Objective":
        return self * weight

    def __neg__(self) -> "Objective":
        return self * -1.0


class Scaled(Objective):
    """An objective times a number, which is a tensor: another weight is no other graph.

    Attributes:
        weight: A float32 scalar.
        objective: What it multiplies.
    """

    weight: tf.Tensor
    objective: Objective

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        return tf.cast(self.weight, image.dtype) * self.objective(features, image)

    def renewed(self, features: dict[str, tf.Tensor]) -> "Scaled":
        return Scaled(self.weight, self.objective.renewed(features))


class Sum(Objective):
    """The sum of several objectives.

    Attributes:
        terms: The objectives, one or more.
    """

    terms: tuple[Objective, ...]

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        return tf.add_n([term(features, image) for term in self.terms])

    def renewed(self, features: dict[str, tf.Tensor]) -> "Sum":
        return Sum(tuple(term.renewed(features) for term in self.terms))
