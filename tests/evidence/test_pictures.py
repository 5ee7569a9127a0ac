from nst_tf.evidence.pictures import _falls


def test_each_value_is_checked_against_the_one_before():
    checks = _falls("error", {"a": 3.0, "b": 2.0, "c": 2.0})
    assert checks == {"error: b below a": True, "error: c below b": False}
