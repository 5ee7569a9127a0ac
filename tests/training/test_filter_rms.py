import keras
import numpy as np
import pytest

from nst_tf.training import FilterRms, train_convnet


def rms(kernel):
    return np.sqrt(np.mean(np.asarray(kernel, np.float64) ** 2, axis=(0, 1, 2)))


def test_rescales_the_filters_beyond_the_limit_only():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 5)).astype(np.float32) * [0.01, 0.05, 0.2, 1, 0]
    clipped = FilterRms(0.1).clip(kernel.astype(np.float32)).numpy()
    np.testing.assert_allclose(rms(clipped), np.minimum(rms(kernel), 0.1), rtol=1e-6)
    np.testing.assert_allclose(clipped[..., :2], kernel[..., :2], rtol=1e-6)
    np.testing.assert_allclose(clipped[..., 3] / rms(clipped)[3], kernel[..., 3] / rms(kernel)[3], rtol=1e-5)


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
def test_holds_after_every_batch_of_training(folder, tmp_path, options):
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
