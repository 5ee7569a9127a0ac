from nst_tf.errors import InputError, NstError, unknown


def test_an_unknown_name_is_quoted_with_the_nearest_and_with_all_there_are():
    error = unknown("layer", "relu4_9", ["relu4_1", "pool4"])
    assert str(error) == "unknown layer 'relu4_9'; did you mean 'relu4_1'? there is: relu4_1, pool4"
    assert isinstance(error, (InputError, NstError, ValueError))


def test_a_name_like_none_gets_no_suggestion():
    assert str(unknown("layer", "xyz", ["relu4_1"])) == "unknown layer 'xyz'; there is: relu4_1"


def test_very_many_names_are_not_all_listed():
    line = str(unknown("layer", "conv", [f"layer{number}" for number in range(200)]))
    assert line.endswith("layer59 and 140 more")
