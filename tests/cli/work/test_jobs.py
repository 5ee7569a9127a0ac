import pytest

from nst_tf.cli.work.folders import Folders
from nst_tf.cli.work.jobs import plan_jobs
from nst_tf.errors import InputError


def names(jobs, root):
    return [(str(content.relative_to(root)), str(target.relative_to(root))) for content, target in jobs]


def plan(contents, output, others=(), bit_depth=8, **folders):
    asked = [str(content) for content in contents], str(output), others, bit_depth, Folders(**folders)
    return plan_jobs(*asked).jobs


@pytest.fixture
def album(tmp_path):
    """Folder a: one.jpg, two.gif, notes.txt. Folder b: one.jpg."""
    for name in ("a/one.jpg", "a/two.gif", "a/notes.txt", "b/one.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def test_a_file_becomes_the_file_named(album):
    assert names(plan([album / "a/one.jpg"], album / "x.png"), album) == [("a/one.jpg", "x.png")]
    assert not (album / "x.png").exists()


def test_a_file_goes_into_a_folder_under_its_name(album):
    assert names(plan([album / "a/one.jpg"], album / "b", bit_depth=16), album) == [("a/one.jpg", "b/one.png")]
    assert names(plan([album / "a/one.jpg"], f"{album}/new/"), album) == [("a/one.jpg", "new/one.jpg")]


def test_a_folder_goes_into_a_new_folder(album):
    expected = [("a/one.jpg", "x/y/one.jpg"), ("a/two.gif", "x/y/two.png")]
    assert names(plan([album / "a"], album / "x/y"), album) == expected
    assert (album / "x/y").is_dir()


def test_files_and_folders_go_together(album):
    contents = [album / "a/one.jpg", album / "missing.webp"]
    expected = [("a/one.jpg", "x/one.jpg"), ("missing.webp", "x/missing.webp")]
    assert names(plan(contents, album / "x"), album) == expected


def test_nothing_becomes_one_file(album):
    [job] = plan([], album / "x.png")
    assert (job.content, job.target, job.source, job.name) == (None, album / "x.png", album / "x.png", "x.png")
    with pytest.raises(InputError, match="its name must end in"):
        plan([], album / "a")


@pytest.mark.parametrize(
    ("contents", "output", "others", "message"),
    [
        (["a/one.jpg"], "a/one.jpg", [], "is one of the images to read"),
        (["a/one.jpg"], "b/one.jpg", ["b/one.jpg"], "is one of the images to read"),
        (["a/one.jpg"], "link.jpg", [], "is one of the images to read"),
        (["a"], "a", [], "is one of the images to read"),
        (["a/one.jpg", "b/one.jpg"], "x", [], "would both become"),
        (["a"], "x.png", [], "is no folder"),
        (["a"], "a/notes.txt", [], "cannot make the folder"),
        (["a/one.jpg"], "x.gif", [], "its name must end in"),
        (["a/one.jpg"], "x/y.png", [], "there is no folder"),
        (["empty"], "x", [], "has no image"),
    ],
)
def test_refuses(album, contents, output, others, message):
    (album / "link.jpg").symlink_to(album / "a/one.jpg")
    (album / "empty").mkdir()
    before = {path: path.read_bytes() for path in album.rglob("*.*")}
    with pytest.raises(InputError, match=message):
        plan([album / content for content in contents], album / output, [album / other for other in others])
    assert {path: path.read_bytes() for path in album.rglob("*.*")} == before


def test_folders_within_are_walked_where_asked_and_keep_their_names(album):
    (album / "x").mkdir()
    expected = [("a/one.jpg", "x/a/one.jpg"), ("a/two.gif", "x/a/two.png"), ("b/one.jpg", "x/b/one.jpg")]
    for _ in range(2):
        assert names(plan([album], album / "x", recursive=True), album) == expected
        (album / "x/a/one.jpg").write_text("a result, which is no content of the next run")
    with pytest.raises(InputError, match=r"has no image .*; --recursive looks into its folders"):
        plan([album], album / "x")


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_parts_make_up_the_whole(album, count):
    parts = [plan([album], album / "x", recursive=True, shard=(k, count)) for k in range(1, count + 1)]
    assert [job for part in parts for job in part] == plan([album], album / "x", recursive=True)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_what_collides_is_refused_in_every_part(album):
    (album / "a/two.png").write_text("")
    for number in (1, 2):
        with pytest.raises(InputError, match="would both become"):
            plan([album / "a"], album / "x", shard=(number, 2))
