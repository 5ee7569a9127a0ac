import pytest

from nst_tf.errors import InputError
from nst_tf.images import read_image
from nst_tf.samples import sample


@pytest.mark.parametrize("name", ["neuschwanstein", "great_wave", "auvers"])
def test_bundled_images_can_be_read(name):
    assert min(read_image(sample(name)).pixels.shape[:2]) > 400


def test_an_unknown_sample_is_refused_with_a_suggestion():
    with pytest.raises(InputError, match="did you mean 'great_wave'"):
        sample("grate_wave")
