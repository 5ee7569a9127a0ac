import shutil

import pytest

from nst_tf.errors import InputError
from nst_tf.training import find_classes


def names(part):
    return {(file.parent.name, file.name) for file in part.files}


def test_splits_every_class_by_the_share(folder):
    found = find_classes(folder, held_out=0.25)
    assert found.classes == ("ant", "bee", "cat")
    assert [found.held_out.labels.count(label) for label in range(3)] == [4, 4, 4]
    assert [found.train.labels.count(label) for label in range(3)] == [11, 12, 13]
    for part in (found.train, found.held_out):
        assert [file.parent.name for file in part.files] == [found.classes[label] for label in part.labels]
    assert not names(found.train) & names(found.held_out)


def test_the_split_is_a_function_of_names_and_seed(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "elsewhere")
    assert names(find_classes(copy).held_out) == names(find_classes(folder).held_out)
    assert find_classes(copy).digest() == find_classes(folder).digest()
    assert names(find_classes(folder, seed=1).held_out) != names(find_classes(folder).held_out)


def test_another_image_moves_at_most_a_few_others(folder):
    before = names(find_classes(folder).held_out)
    shutil.copy(folder / "ant" / "00.png", folder / "ant" / "new.png")
    assert len(names(find_classes(folder).held_out) ^ before) <= 2


def test_digests_differ_between_splits(folder):
    assert find_classes(folder).digest() != find_classes(folder, held_out=0.3).digest()


def test_an_imagenet_directory_is_split_already(folder, tmp_path):
    for part, source in (("train", ("ant", "bee")), ("val", ("bee", "ant"))):
        for name in source:
            shutil.copytree(folder / name, tmp_path / "net" / part / name)
    (tmp_path / "net" / "val" / "ant" / "00.png").unlink()
    found = find_classes(tmp_path / "net")
    assert (len(found.train.files), len(found.held_out.files)) == (31, 30)
    assert found.held_out.labels == (0,) * 14 + (1,) * 16
    shutil.rmtree(tmp_path / "net" / "val" / "bee")
    with pytest.raises(InputError, match="different classes; only one has 'bee'"):
        find_classes(tmp_path / "net")


def test_refuses_what_is_no_folder_of_classes(folder, tmp_path):
    with pytest.raises(InputError, match=r"two classes or more; it has none"):
        find_classes(folder / "ant")
    with pytest.raises(InputError, match="no such file"):
        find_classes(tmp_path / "nowhere")
    with pytest.raises(InputError, match="between 0 and 1, not 1"):
        find_classes(folder, held_out=1)
    (folder / "dog").mkdir()
    with pytest.raises(InputError, match="dog has no image"):
        find_classes(folder)
    shutil.copy(folder / "ant" / "00.png", folder / "dog")
    with pytest.raises(InputError, match=r"class 'dog' needs two images or more.* has 1"):
        find_classes(folder)


def test_without_the_unreadable_each_class_must_have_images(folder):
    found = find_classes(folder)
    left = found.without({str(found.train.files[0].relative_to(folder))})
    assert left.train.files == found.train.files[1:]
    assert left.held_out == found.held_out
    bees = [
        str(file.relative_to(folder))
        for file, label in zip(found.held_out.files, found.held_out.labels, strict=True)
        if label == 1
    ]
    with pytest.raises(InputError, match=r"class 'bee' .* no readable image to hold out"):
        found.without(bees)
