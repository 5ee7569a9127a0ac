"""Square roots of symmetric positive semidefinite matrices.

The coupled Newton-Schulz iteration yields M^1/2 and M^-1/2 together:

    Y <- a/2 Y (3 - a^2 Z Y),   Z <- a/2 (3 - a^2 Z Y) Z,   from Y = M / |M|,  Z = 1

The plain iteration (a = 1; Higham, "Functions of Matrices", eq. 6.35) triples a small eigenvalue of Z Y only about
every step and needs 20 steps for covariances of features. The factors a are therefore the ones that, for eigenvalues
of (Z Y)^1/2 known to lie in [l, 1], bring the smallest one up fastest (Chen and Chow 2014, "A stable scaling of
Newton-Schulz for improving the sign function computation of a Hermitian matrix"): a = sqrt(3 / (1 + l + l^2)).
"""

import numpy as np
import tensorflow as tf

__all__ = ["coupled_roots", "scalings", "square_root", "trace_sqrt"]

STEPS = 12
SMALLEST_ROOT = 1e-3  # l: a smaller eigenvalue of (M / |M|)^1/2 is below what float32 products can tell from 0
RIDGE = 1e-7  # of |M|: about one rounding of float32; keeps Z bounded where M has no full rank


def scalings(steps: int, low: float) -> list[float]:
    """The factors a of so many steps, where the smallest eigenvalue of (Z Y)^1/2 is `low`."""
    factors = []
    for _ in range(steps):
        factors.append(float(np.sqrt(3 / (1 + low + low * low))))
        low *= factors[-1] * (3 - (factors[-1] * low) ** 2) / 2
    return factors


def coupled_roots(
    matrix: tf.Tensor, steps: int = STEPS, smallest: float = SMALLEST_ROOT, ridge: float = RIDGE
) -> tuple[tf.Tensor, tf.Tensor]:
    """M^1/2 and M^-1/2 of symmetric positive semidefinite matrices `(batch, n, n)` of norm 1.

    Args:
        matrix: M.
        steps: Of the iteration.
        smallest: l, the smallest eigenvalue of M^1/2 that they are to bring up to 1.
        ridge: What is added to all eigenvalues before.
    """
    factors = tf.constant(scalings(steps, smallest), matrix.dtype)
    identity = tf.eye(tf.shape(matrix)[-1], dtype=matrix.dtype)

    def improve(step, root, inverse):
        a = factors[step]
        correction = (3 * identity - a * a * tf.matmul(inverse, root)) * (a / 2)
        return step + 1, tf.matmul(root, correction), tf.matmul(correction, inverse)

    start = (0, matrix + ridge * identity, tf.broadcast_to(identity, tf.shape(matrix)))
    return tf.while_loop(lambda step, *_: step < steps, improve, start)[1:]


@tf.custom_gradient
def trace_sqrt(matrix: tf.Tensor) -> tf.Tensor:
    """The sum of the square roots of the eigenvalues, tr M^1/2, with its gradient 1/2 M^-1/2.

    Both are those of M + 1e-7 |M| 1, with the Frobenius norm: float32 cannot resolve smaller eigenvalues.

    Args:
        matrix: Symmetric positive semidefinite, `(batch, n, n)`, not 0.

    Returns:
        `(batch,)`.
    """
    size = tf.norm(matrix, axis=(-2, -1), keepdims=True)
    root, inverse = coupled_roots(matrix / size)
    scale = tf.sqrt(size)
    value = tf.linalg.trace(root * scale)
    return value, lambda upstream: upstream[:, None, None] * inverse / (2 * scale)


def square_root(matrix: tf.Tensor) -> tf.Tensor:
    """M^1/2 in float64 by eigendecomposition; negative eigenvalues, which are rounding, count as 0.

    Args:
        matrix: Symmetric positive semidefinite, `(n, n)`.
    """
    values, vectors = tf.linalg.eigh(tf.cast(matrix, tf.float64))
    return tf.matmul(vectors * tf.sqrt(tf.maximum(values, 0)), vectors, transpose_b=True)
