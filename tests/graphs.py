"""What tests of graphs that run once share."""

import contextlib

import tensorflow as tf


@contextlib.contextmanager
def as_it_is():
    """Lets Python run graphs as they are: to optimise one takes longer than to run it once.

    Calls of functions that are traced within are never optimised by themselves, as the server would have it each time
    that it runs a signature first. The C library optimises whole graphs, those functions along with them.
    """
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})
