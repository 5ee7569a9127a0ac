from nst_tf.serve.server.version_folders import find_versions, fingerprint


def test_only_folders_named_by_numbers_are_versions(tmp_path):
    for name in ("1", "007", "12", ".tmp-3", "v4", "1.5", "-6", "٣", "99999999999999999999"):
        (tmp_path / name).mkdir()
    (tmp_path / "8").write_text("a file")
    assert find_versions(tmp_path) == {number: tmp_path / name for number, name in ((1, "1"), (7, "007"), (12, "12"))}
    assert find_versions(tmp_path / "missing") == {}


def test_the_fingerprint_changes_with_the_files(tmp_path):
    seen = [fingerprint(tmp_path)]
    (tmp_path / "variables").mkdir()
    for content in ("a", "ab"):
        (tmp_path / "variables" / "file").write_text(content)
        seen.append(fingerprint(tmp_path))
    assert len(set(seen)) == 3
    assert fingerprint(tmp_path) == seen[-1]
