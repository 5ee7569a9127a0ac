import pytest


@pytest.fixture(scope="package", autouse=True)
def rescaled_at_64_pixels():
    """Networks are rescaled over smaller images, for which the most of the time went that it takes to open them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nst_tf.recipes.texture.network.RESCALED_AT", 64)
        yield
