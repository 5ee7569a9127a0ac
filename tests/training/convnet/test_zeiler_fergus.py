import keras
import numpy as np
import pytest

from nst_tf.backbones.zfnet import zfnet
from nst_tf.training import FilterRms, PlateauAnnealing, train_convnet
from nst_tf.training.convnet.zeiler_fergus import scale_kernels

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
LOSSES = [5, 4, 3, 3, 3.5, 2, 2, 2, 2, 2, 2]


def rms(kernel):
    return np.sqrt(np.mean(np.asarray(kernel, np.float64) ** 2, axis=(0, 1, 2)))


def test_rescales_the_filters_beyond_the_limit_only():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 5)).astype(np.float32) * [0.01, 0.05, 0.2, 1, 0]
    clipped = FilterRms(0.1).clip(kernel.astype(np.float32)).numpy()
    np.testing.assert_allclose(rms(clipped), np.minimum(rms(kernel), 0.1), rtol=1e-6)
    np.testing.assert_allclose(clipped[..., :2], kernel[..., :2], rtol=1e-6)
    np.testing.assert_allclose(clipped[..., 3] / rms(clipped)[3], kernel[..., 3] / rms(kernel)[3], rtol=1e-5)


def test_the_limit_holds_after_every_batch_of_training(folder, tmp_path, options):
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(rms(self.model.get_layer("conv1").kernel))

    trained = train_convnet(folder, tmp_path / "run", epochs=2, callbacks=[Watch()], **options)
    assert len(seen) == 8
    assert max(map(np.max, seen)) <= 0.1 * (1 + 1e-5)
    assert max(map(np.max, seen)) > 0.0999  # the limit is reached, or this would say nothing
    assert trained.model.get_layer("conv1").kernel.constraint is None
    assert trained.model.get_layer("fc").kernel.numpy().std() > 0.1


def rates(losses, past=(), **options):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.5))
    callback = PlateauAnnealing([{"val_loss": loss} for loss in past], **options)
    callback.set_model(model)
    callback.on_train_begin()
    found = []
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        found.append(float(model.optimizer.learning_rate.numpy()))
    return found


def test_the_rate_falls_to_a_tenth_after_the_patience():
    assert rates(LOSSES, patience=2) == pytest.approx([0.5] * 4 + [0.05] * 3 + [0.005] * 4)
    assert rates(LOSSES[5:], patience=3) == pytest.approx([0.5] * 3 + [0.05] * 3)


def test_the_rate_does_not_fall_below_the_least_share():
    assert rates([1] * 12, patience=1, least=0.01)[-1] == pytest.approx(0.005)


@pytest.mark.parametrize("done", range(len(LOSSES)))
def test_the_rate_goes_on_from_the_epochs_done_as_if_not_interrupted(done):
    assert rates(LOSSES[done:], LOSSES[:done], patience=2) == rates(LOSSES, patience=2)[done:]


def network(channels, units):
    """Layers of the kinds of ZFNet's with 2x2 positions before the dense ones, kernels of ones."""
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(channels, 3, kernel_initializer="ones", name="conv1")(image)
    x = keras.layers.Conv2D(channels, 5, kernel_initializer="ones", name="conv2")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(units, kernel_initializer="ones", name="fc6")(x)
    return keras.Model(image, keras.layers.Dense(3, kernel_initializer="ones", name="fc7")(x))


def test_variances_of_units_are_those_of_the_full_network():
    model = network(channels=4, units=32)
    scale_kernels(model, 0.25)
    scales = {name: np.unique(model.get_layer(name).kernel) for name in ("conv1", "conv2", "fc6", "fc7")}
    assert all(len(values) == 1 for values in scales.values())
    squares = {name: float(values[0]) ** 2 for name, values in scales.items()}
    assert squares == pytest.approx({"conv1": 1, "conv2": 4, "fc6": 4 * 36 / 4, "fc7": 4}, rel=1e-6)


def test_full_networks_are_left_as_they_are_whatever_they_lack():
    model = zfnet(2, omit=["fc6", "fc7"], maps={"conv5": 64})
    before = [layer.get_weights() for layer in model.layers]
    scale_kernels(model, 1.0)
    for layer, weights in zip(model.layers, before, strict=True):
        for one, other in zip(layer.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(one, other)
