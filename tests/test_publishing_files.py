"""Files that appear whole or not at all."""

import os
import time

import pytest

from payback.errors import PublishingError
from payback.publishing.files import Staging, checked_name


def write_and_fail(target, error):
    """Write half of a file, then fail."""
    with Staging() as staging:
        staging.path(target).write_text("new", encoding="utf-8")
        raise error


def test_files_of_one_block_appear_together(tmp_path):
    """While the block runs the old content stands; afterwards the new one, and nothing else."""
    target = tmp_path / "new" / "a.txt"
    with Staging() as staging:
        staging.path(target).write_text("one", encoding="utf-8")
        staging.path(tmp_path / "b.txt").write_text("two", encoding="utf-8")
        assert not target.exists()

    assert target.read_text(encoding="utf-8") == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.txt", "new"]


def test_a_failure_leaves_the_old_files_and_no_leftovers(tmp_path):
    """An error in the block passes through and changes nothing."""
    (tmp_path / "a.txt").write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        write_and_fail(tmp_path / "a.txt", ZeroDivisionError())

    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["old"]


def test_a_file_that_another_program_holds_is_told_with_the_way_out(tmp_path, monkeypatch):
    """Windows refuses to replace a file that Excel has open: the message says which one and what to do."""

    def refuse(source, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with (
        pytest.raises(PublishingError, match=r"could not be written\n.*a\.txt\n.*Permission denied\n.*close the file"),
        Staging() as staging,
    ):
        staging.path(tmp_path / "a.txt").write_text("new", encoding="utf-8")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path):
    """A folder with the name of the output cannot be replaced."""
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(PublishingError, match="a folder has that name"), Staging() as staging:
        staging.path(tmp_path / "a.txt").write_text("new", encoding="utf-8")


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    """An output cannot lie inside a file."""
    (tmp_path / "outputs").write_text("", encoding="utf-8")
    with pytest.raises(PublishingError, match="a file stands where a folder is needed"), Staging() as staging:
        staging.path(tmp_path / "outputs" / "a.txt")


def test_a_full_disk_is_told(tmp_path):
    """An error of the operating system while writing becomes ours."""
    with pytest.raises(PublishingError, match=r"a\.txt\n.*No space left on device\n.*disk has room"):
        write_and_fail(tmp_path / "a.txt", OSError(28, "No space left on device"))


def test_old_leftovers_are_swept(tmp_path):
    """What a killed run left is removed an hour later; a young file may belong to a run that still writes."""
    old, young = tmp_path / ".a.txt.0123.tmp", tmp_path / ".a.txt.4567.tmp"
    for path in (old, young):
        path.write_text("half", encoding="utf-8")
    os.utime(old, (time.time() - 7200,) * 2)
    with Staging() as staging:
        staging.path(tmp_path / "a.txt").write_text("new", encoding="utf-8")

    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize("name", ["../evil", "a/b", "a\\b", "", "con", "LPT1", "a.b", "a\x00", "1a", "é", "a" * 101])
def test_a_table_name_cannot_be_a_path(name):
    """Only plain words become file names."""
    with pytest.raises(PublishingError, match="cannot be a file name"):
        checked_name(name)
