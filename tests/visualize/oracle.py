"""The three rules of projection in plain NumPy, float64: an oracle that shares nothing with the package.

`Oracle(model)` reads the layers of a functional or sequential Keras model and their weights. Convolutions are sums over
the taps of the kernel, the way down is their adjoint, tap by tap, and a max pooling remembers the first maximum of
each window.
"""

import keras
import numpy as np

layers = keras.layers


def _pair(value):
    return tuple(value) if isinstance(value, (list, tuple)) else (value, value)


def _times(x, matrix):
    # One product, where `x @ matrix` would be one for each row of each image.
    return (x.reshape(-1, x.shape[-1]) @ matrix).reshape(*x.shape[:-1], -1)


def _weight(variable):
    return variable.numpy().astype(np.float64)


class Window:
    """A sliding window: for each of its taps, the pixels below it, and the way back."""

    def __init__(self, shape, size, strides, padding, dilation=(1, 1)):
        self.sides, self.size, self.strides, self.dilation = shape[1:3], size, strides, dilation
        reach = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
        if padding == "same":
            self.count = [-(-n // s) for n, s in zip(self.sides, strides, strict=True)]
            total = [
                max((c - 1) * s + k - n, 0) for c, s, k, n in zip(self.count, strides, reach, self.sides, strict=True)
            ]
        else:
            self.count = [(n - k) // s + 1 for n, k, s in zip(self.sides, reach, strides, strict=True)]
            total = [0, 0]
        self.margins = [(t // 2, t - t // 2) for t in total]

    def taps(self):
        for i, j in np.ndindex(*self.size):
            starts = i * self.dilation[0], j * self.dilation[1]
            yield (
                (i, j),
                tuple(
                    slice(start, start + (count - 1) * stride + 1, stride)
                    for start, count, stride in zip(starts, self.count, self.strides, strict=True)
                ),
            )

    def pad(self, x, value=0.0):
        return np.pad(x, [(0, 0), *self.margins, (0, 0)], constant_values=value)

    def crop(self, x):
        (top, _), (left, _) = self.margins
        return x[:, top : top + self.sides[0], left : left + self.sides[1]]


class Convolution:
    def __init__(self, layer):
        self.layer, self.kernel = layer, _weight(layer.kernel)
        self.bias = _weight(layer.bias) if layer.use_bias else 0.0
        self.depthwise = isinstance(layer, layers.DepthwiseConv2D)

    def tap(self, x, i, j):
        if self.depthwise:
            return (x[..., None] * self.kernel[i, j]).reshape(*x.shape[:3], -1)
        parts, kernels = (np.split(array, self.layer.groups, -1) for array in (x, self.kernel[i, j]))
        return np.concatenate([_times(part, kernel) for part, kernel in zip(parts, kernels, strict=True)], -1)

    def tap_transposed(self, s, i, j):
        if self.depthwise:
            return (s.reshape(*s.shape[:3], *self.kernel.shape[2:]) * self.kernel[i, j]).sum(-1)
        parts, kernels = (np.split(array, self.layer.groups, -1) for array in (s, self.kernel[i, j]))
        return np.concatenate([_times(part, kernel.T) for part, kernel in zip(parts, kernels, strict=True)], -1)

    def up(self, x):
        layer = self.layer
        self.window = Window(
            x.shape, self.kernel.shape[:2], _pair(layer.strides), layer.padding, _pair(layer.dilation_rate)
        )
        padded = self.window.pad(x)
        return sum(self.tap(padded[:, rows, columns], *at) for at, (rows, columns) in self.window.taps()) + self.bias

    def down(self, s, rule):
        channels = self.kernel.shape[2] * (1 if self.depthwise else self.layer.groups)
        padded = self.window.pad(np.zeros((len(s), *self.window.sides, channels)))
        for at, (rows, columns) in self.window.taps():
            padded[:, rows, columns] += self.tap_transposed(s, *at)
        return [self.window.crop(padded)]


class MaxPool:
    def __init__(self, layer, overlap):
        self.layer, self.overlap = layer, overlap

    def up(self, x):
        layer = self.layer
        self.window = Window(x.shape, _pair(layer.pool_size), _pair(layer.strides), layer.padding)
        padded = self.window.pad(x, -np.inf)
        cells = np.stack([padded[:, rows, columns] for _, (rows, columns) in self.window.taps()])
        self.first = cells.argmax(0)
        return cells.max(0)

    def down(self, s, rule):
        padded = self.window.pad(np.zeros((len(s), *self.window.sides, s.shape[-1])))
        for n, row, column, channel in np.ndindex(s.shape) if self.overlap == "last" else ():
            i, j = divmod(self.first[n % len(self.first), row, column, channel], self.window.size[1])
            at = n, row * self.window.strides[0] + i, column * self.window.strides[1] + j, channel
            padded[at] = s[n, row, column, channel]
        for number, (_, (rows, columns)) in enumerate(self.window.taps() if self.overlap == "sum" else ()):
            padded[:, rows, columns] += np.where(self.first == number, s, 0)
        return [self.window.crop(padded)]


class AveragePool:
    def __init__(self, layer):
        self.layer = layer

    def up(self, x):
        layer = self.layer
        self.window = Window(x.shape, _pair(layer.pool_size), _pair(layer.strides), layer.padding)
        inside = self.window.pad(np.ones((1, *x.shape[1:3], 1)))
        self.cells = sum(inside[:, rows, columns] for _, (rows, columns) in self.window.taps())
        padded = self.window.pad(x)
        return sum(padded[:, rows, columns] for _, (rows, columns) in self.window.taps()) / self.cells

    def down(self, s, rule):
        padded = self.window.pad(np.zeros((len(s), *self.window.sides, s.shape[-1])))
        for _, (rows, columns) in self.window.taps():
            padded[:, rows, columns] += s / self.cells
        return [self.window.crop(padded)]


class Affine:
    """`x * scale + shift`."""

    def __init__(self, scale, shift):
        self.scale, self.shift = scale, shift

    def up(self, x):
        return x * self.scale + self.shift

    def down(self, s, rule):
        return [s * self.scale]


class Pad:
    def __init__(self, layer):
        self.margins = layer.padding

    def up(self, x):
        return np.pad(x, [(0, 0), *self.margins, (0, 0)])

    def down(self, s, rule):
        (top, bottom), (left, right) = self.margins
        return [s[:, top : s.shape[1] - bottom, left : s.shape[2] - right]]


class Dense:
    def __init__(self, layer):
        self.kernel, self.bias = _weight(layer.kernel), _weight(layer.bias)

    def up(self, x):
        return x @ self.kernel + self.bias

    def down(self, s, rule):
        return [s @ self.kernel.T]


class Flatten:
    def up(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def down(self, s, rule):
        return [s.reshape(len(s), *self.shape[1:])]


class Relu:
    def __init__(self, ceiling=None):
        self.ceiling = np.inf if ceiling is None else ceiling

    def up(self, x):
        self.passed = (x > 0) & (x < self.ceiling)
        return np.minimum(np.maximum(x, 0), self.ceiling)

    def down(self, s, rule):
        if rule != "gradient":
            s = np.maximum(s, 0)
        return [s if rule == "deconvnet" else s * self.passed]


class Contrast:
    def __init__(self, layer):
        self.layer = layer

    def neighbours(self, x):
        channels = np.arange(x.shape[-1])
        return x @ (abs(channels[:, None] - channels) <= self.layer.radius)

    def up(self, x):
        self.x = x
        self.base = self.layer.bias + self.layer.alpha * self.neighbours(x**2)
        return x * self.base**-self.layer.beta

    def down(self, s, rule):
        beta = self.layer.beta
        if rule == "deconvnet":
            return [s * self.base**beta]
        through = self.neighbours(s * self.x * self.base ** (-beta - 1))
        return [s * self.base**-beta - 2 * self.layer.alpha * beta * self.x * through]


class Add:
    def up(self, *xs):
        self.count = len(xs)
        return sum(xs)

    def down(self, s, rule):
        return [s] * self.count


class Concatenate:
    def up(self, *xs):
        self.ends = np.cumsum([x.shape[-1] for x in xs])
        return np.concatenate(xs, -1)

    def down(self, s, rule):
        return np.split(s, self.ends[:-1], -1)


class Chain:
    """A convolution or dense layer with a fused ReLU."""

    def __init__(self, *parts):
        self.parts = parts

    def up(self, x):
        for part in self.parts:
            x = part.up(x)
        return x

    def down(self, s, rule):
        for part in reversed(self.parts):
            (s,) = part.down(s, rule)
        return [s]


def _batch_norm(layer):
    scale = _weight(layer.gamma) / np.sqrt(_weight(layer.moving_variance) + layer.epsilon)
    return Affine(scale, _weight(layer.beta) - _weight(layer.moving_mean) * scale)


def _part(layer, overlap):
    kind = type(layer).__name__
    if kind in ("Conv2D", "DepthwiseConv2D", "Dense"):
        linear = Dense(layer) if kind == "Dense" else Convolution(layer)
        return Chain(linear, Relu()) if layer.activation is keras.activations.relu else linear
    if kind in ("MaxPooling2D", "SwitchMaxPool"):
        return MaxPool(layer, overlap)
    if hasattr(layer, "layers"):
        return Oracle(layer, overlap)
    return {
        "AveragePooling2D": AveragePool,
        "BatchNormalization": _batch_norm,
        "Rescaling": lambda layer: Affine(np.array(layer.scale, float), np.array(layer.offset, float)),
        "ZeroPadding2D": Pad,
        "Flatten": lambda layer: Flatten(),
        "ReLU": lambda layer: Relu(layer.max_value),
        "ContrastNorm": Contrast,
        "Add": lambda layer: Add(),
        "Concatenate": lambda layer: Concatenate(),
        **dict.fromkeys(["Dropout", "Identity"], lambda layer: Affine(1.0, 0.0)),
    }[kind](layer)


class Oracle:
    """A model with the three rules.

    Args:
        model: Functional or sequential, each layer used once.
        overlap: `"sum"` or `"last"`, of the switches.
    """

    def __init__(self, model, overlap="sum"):
        self.image = model.inputs[0]._keras_history.operation.name
        steps = [layer for layer in model.layers if not isinstance(layer, layers.InputLayer)]
        self.parents = {
            layer.name: [tensor._keras_history.operation.name for tensor in layer._inbound_nodes[-1].input_tensors]
            for layer in steps
        }
        if isinstance(model, keras.Sequential):
            before = [self.image, *(layer.name for layer in steps)]
            self.parents = {layer.name: [name] for layer, name in zip(steps, before, strict=False)}
        self.parts = {layer.name: _part(layer, overlap) for layer in steps}
        self.last = steps[-1].name

    def up(self, image):
        """The output; those of all layers are then in `values`."""
        self.values = {self.image: np.asarray(image, np.float64)}
        for name, part in self.parts.items():
            self.values[name] = part.up(*(self.values[parent] for parent in self.parents[name]))
        return self.values[self.last]

    def down(self, signal, rule, layer=None):
        """The signals for the image, of a signal `(n, ...)` in the shape of a layer's output (the last layer's)."""
        signals = {layer or self.last: signal}
        for name in reversed(self.parts):
            if name in signals:
                below = self.parts[name].down(signals.pop(name), rule)
                for parent, part in zip(self.parents[name], below, strict=True):
                    signals[parent] = signals.get(parent, 0) + part
        return [signals[self.image]]

    def project(self, image, layer, filters, positions=None, rule="deconvnet", seed="activation"):
        """Projections `(n, height, width, 3)` of filters at positions `(n, 2)`, or at the strongest, of one image."""
        self.up(image)
        maps = self.values[layer]
        signal = np.zeros((len(filters), *maps.shape[1:]))
        for n, number in enumerate(filters):
            plane = maps[0, ..., number]
            at = np.unravel_index(plane.argmax(), plane.shape) if positions is None else tuple(positions[n])
            signal[(n, *at, number)] = plane[at] if seed == "activation" else 1
        return self.down(signal, rule, layer)[0]
