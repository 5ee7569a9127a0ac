"""What a client is told."""

import grpc

from nst_tf.serve.codec.refusal import Refusal


def test_a_message_that_quotes_what_is_too_long_is_cut_in_its_middle():
    message = str(Refusal(grpc.StatusCode.INVALID_ARGUMENT, f"there is no input {'x' * 2**20}; there is: image_bytes"))
    assert message.startswith("there is no input xxx")
    assert message.endswith("xxx; there is: image_bytes")
    assert len(message) < 1100
