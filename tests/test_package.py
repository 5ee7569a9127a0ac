import subprocess
import sys

import pytest

import nst_tf


def test_every_public_name_can_be_loaded():
    for name in nst_tf.__all__:
        assert getattr(nst_tf, name) is not None
    assert set(nst_tf.__all__) <= set(dir(nst_tf))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="stylise"):
        _ = nst_tf.stylise


def test_importing_the_package_loads_no_tensorflow():
    code = "import sys, nst_tf; print('tensorflow' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False"]
