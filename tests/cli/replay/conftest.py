"""Recipes of pictures that nobody made."""

import pytest

from nst_tf.cli.main import make_parser
from nst_tf.cli.replay.record import values_of


@pytest.fixture(scope="session")
def parser():
    return make_parser()


@pytest.fixture
def taken(parser):
    """What a recipe of this line would say: given, and defaults."""

    def read(line):
        words = line.split()
        return values_of(parser.parse_args(words))

    return read
