"""What all objectives share: they measure an image, and they compose.

An objective is an immutable value whose tensors (targets, weights) are its fields. It can therefore be an argument of
a compiled function, which is traced once for a *kind* of objective, not once for each target.
"""

from typing import Any

import tensorflow as tf

from nst_tf.objectives.part import WHOLE, Part

__all__ = ["Objective", "Scaled", "Sum"]


class Objective(tf.experimental.ExtensionType):
    """A quantity of an image, to be minimised.

    Subclasses define `__call__`; or, if they can be told from tiles, `sums` and `of_sums`, and `layer` as the name of
    the layer that they look at, if any. `a + b`, `a - b`, `-a` and
    `2.0 * a` make new objectives and leave their operands as they are.
    """

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        """Measures each image of a batch.

        Args:
            features: Feature maps by layer name, `(batch, rows, columns, channels)`; must hold all that it looks at.
            image: RGB in [0, 1], `(batch, height, width, 3)`.

        Returns:
            One value for each image, `(batch,)`.
        """
        return self.of_sums(self.sums(features, image, WHOLE))

    def sums(self, features: dict[str, tf.Tensor], image: tf.Tensor, part: Part) -> Any:
        """What a part of an image adds to what the value is computed from.

        Args:
            features: As for the call, of the pixels that are looked at.
            image: These pixels.
            part: Which of them count.

        Returns:
            Tensors in any structure; those of all parts of an image are to be added up.
        """
        raise NotImplementedError

    def of_sums(self, sums: Any) -> tf.Tensor:
        """The value of each image, `(batch,)`, by the sums of its parts."""
        raise NotImplementedError

    def weighed(self) -> list[tuple[tf.Tensor, "Objective"]]:
        """The terms that it is the sum of, each after what it is multiplied by, a float64 scalar."""
        return [(tf.constant(1, tf.float64), self)]

    def choices(self, features: dict[str, tf.Tensor]) -> Any:
        """What targets would be chosen for an image: maps of its positions, in any structure.

        Args:
            features: As for the call.
        """
        del features
        return ()

    def chosen(self, choices: Any) -> "Objective":
        """The objective with these targets."""
        del choices
        return self

    def renewed(self, features: dict[str, tf.Tensor]) -> "Objective":
        """The objective with the targets that are chosen for an image that has these features."""
        return self.chosen(self.choices(features))

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

    def weighed(self) -> list[tuple[tf.Tensor, Objective]]:
        return [(tf.cast(self.weight, tf.float64) * weight, term) for weight, term in self.objective.weighed()]

    def choices(self, features: dict[str, tf.Tensor]) -> Any:
        return self.objective.choices(features)

    def chosen(self, choices: Any) -> "Scaled":
        return Scaled(self.weight, self.objective.chosen(choices))


class Sum(Objective):
    """The sum of several objectives.

    Attributes:
        terms: The objectives, one or more.
    """

    terms: tuple[Objective, ...]

    def __call__(self, features: dict[str, tf.Tensor], image: tf.Tensor) -> tf.Tensor:
        return tf.add_n([term(features, image) for term in self.terms])

    def weighed(self) -> list[tuple[tf.Tensor, Objective]]:
        return [one for term in self.terms for one in term.weighed()]

    def choices(self, features: dict[str, tf.Tensor]) -> Any:
        return tuple(term.choices(features) for term in self.terms)

    def chosen(self, choices: Any) -> "Sum":
        return Sum(tuple(term.chosen(one) for term, one in zip(self.terms, choices, strict=True)))
