import pytest
from google.protobuf import text_format

from nst_tf.serve.server.model import VersionPolicy, wanted_versions


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ("", [10]),
        ("latest { num_versions: 2 }", [10, 9]),
        ("latest {}", [10]),
        ("all {}", [10, 9, 1]),
        ("specific { versions: 1 versions: 9 versions: 5 }", [9, 1]),
    ],
)
def test_the_policy_chooses(policy, wanted):
    assert wanted_versions(text_format.Parse(policy, VersionPolicy()), [1, 9, 10]) == wanted
