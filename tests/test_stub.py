"""Type checkers and editors are told what the package is."""

from . import stub


def test_the_stub_is_what_the_package_is():
    assert stub.PATH.read_text() == stub.stub_text(), "run: python -m tests.stub"
