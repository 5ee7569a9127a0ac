import pytest

from nst_tf.cli.work.comparison.axes import paintings, read_axes
from nst_tf.cli.work.comparison.plan import Comparison
from nst_tf.recipes.stylize.settings import PRESETS


@pytest.fixture
def compared():
    """Plans the comparison of some styles by some settings."""

    def plan(styles, *vary, presets=PRESETS, further=(), **common):
        return Comparison.of(
            "a photo.jpg", paintings(styles), read_axes(vary, presets, common), presets, common, further
        )

    return plan
