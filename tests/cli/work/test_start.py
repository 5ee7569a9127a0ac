from argparse import Namespace

import numpy as np
import pytest

from nst_tf.cli.work.start import read_start
from nst_tf.errors import InputError
from nst_tf.images import read_image

NAMES = ("source", "noise")


def test_names_stay_and_files_are_read(pictures):
    assert read_start(Namespace(init=None), NAMES) == {}
    assert read_start(Namespace(init="noise"), NAMES) == {"init": "noise"}
    found = read_start(Namespace(init=str(pictures / "style.jpg")), NAMES)
    np.testing.assert_array_equal(found["init"], read_image(pictures / "style.jpg").pixels)


def test_refuses_what_is_neither():
    with pytest.raises(InputError, match="unknown start 'sorce'; did you mean 'source'"):
        read_start(Namespace(init="sorce"), NAMES)
