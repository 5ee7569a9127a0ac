import pytest

from nst_tf.serve.codec.refusal import Refusal
from nst_tf.serve.server.batching_parameters import BatchingParameters, read_batching_parameters

TEXT = """# Of a model.
max_batch_size { value: 8 }
batch_timeout_micros { value: 2000 }
allowed_batch_sizes: 2
allowed_batch_sizes: 8
num_batch_threads { value: 2 }
"""


def test_reads_what_tensorflow_serving_reads(tmp_path):
    (tmp_path / "batching_params.pbtxt").write_text(TEXT)
    assert read_batching_parameters(tmp_path) == BatchingParameters(8, 0.002, (2, 8))


def test_without_the_file_requests_are_not_put_together(tmp_path):
    assert read_batching_parameters(tmp_path) is None


def test_batches_are_filled_up_to_the_next_allowed_size():
    assert [BatchingParameters(8, 0, (2, 8)).filled(rows) for rows in (1, 2, 3, 8)] == [2, 2, 8, 8]
    assert BatchingParameters(8).filled(3) == 3


def test_the_largest_batch_that_need_not_be_filled_up():
    assert [BatchingParameters(8, 0, (2, 8)).full(rows) for rows in (1, 2, 7, 8)] == [1, 2, 2, 8]
    assert BatchingParameters(8).full(3) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("max_batch_size: 8", "batching_params.pbtxt"),
        ("max_batchsize { value: 8 }", "max_batchsize"),
        ("max_batch_size { value: -1 }", "must not be negative"),
        ("batch_timeout_micros { value: -1 }", "must not be negative"),
        ("max_batch_size { value: 8 } allowed_batch_sizes: 4", r"\[4\] must rise, and end in max_batch_size, 8"),
        ("max_batch_size { value: 8 } allowed_batch_sizes: [8, 8]", "must rise"),
        ("max_batch_size { value: 8 } allowed_batch_sizes: [0, 8]", "must rise"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, text, reason):
    (tmp_path / "batching_params.pbtxt").write_text(text)
    with pytest.raises(Refusal, match=reason):
        read_batching_parameters(tmp_path)
