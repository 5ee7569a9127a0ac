import keras
import pytest

from nst_tf.training import PlateauAnnealing

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")


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


LOSSES = [5, 4, 3, 3, 3.5, 2, 2, 2, 2, 2, 2]


def test_falls_to_a_tenth_after_the_patience():
    assert rates(LOSSES, patience=2) == pytest.approx([0.5] * 4 + [0.05] * 3 + [0.005] * 4)
    assert rates(LOSSES[5:], patience=3) == pytest.approx([0.5] * 3 + [0.05] * 3)


def test_does_not_fall_below_the_least_share():
    assert rates([1] * 12, patience=1, least=0.01)[-1] == pytest.approx(0.005)


@pytest.mark.parametrize("done", range(len(LOSSES)))
def test_goes_on_from_the_epochs_done_as_if_not_interrupted(done):
    assert rates(LOSSES[done:], LOSSES[:done], patience=2) == rates(LOSSES, patience=2)[done:]
