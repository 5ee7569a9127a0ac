import logging
import os
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from nst_tf.errors import InputError
from nst_tf.images import Frames, center_square, find_images, read_frame, read_image, resize, write_image
from nst_tf.images.quiet import quiet_decoders

PHOTOS = Path(__file__).parents[1] / "data" / "photos"
LOGGERS = ("PIL.TiffImagePlugin", "tifffile")


def photo(width, height):
    """A photograph enlarged: smooth, so that halves of it are well defined."""
    with Image.open(PHOTOS / "animal" / "dog.jpg") as image:
        return image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)


def write(path, width=8, height=6, value=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), (value, value, value)).save(path)
    return path


# Reduced decoding


@pytest.mark.parametrize(
    ("size", "at_least", "side"),
    [
        ((800, 640), 80, 80),
        ((800, 640), 81, 160),
        ((801, 643), 160, 161),
        ((640, 800), 320, 320),
        ((640, 480), 480, 480),
    ],
)
def test_a_jpeg_is_decoded_at_the_least_eighth_quarter_or_half_that_is_not_smaller_than_asked(
    tmp_path, size, at_least, side
):
    photo(*size).save(tmp_path / "a.jpg", quality=95)
    height, width = read_image(tmp_path / "a.jpg", at_least=at_least).pixels.shape[:2]
    assert min(height, width) == side >= at_least
    assert width / height == pytest.approx(size[0] / size[1], rel=0.02)


def test_a_jpeg_that_is_already_smaller_keeps_its_size(tmp_path):
    photo(60, 40).save(tmp_path / "a.jpg")
    assert read_image(tmp_path / "a.jpg", at_least=224).pixels.shape == (40, 60, 3)


def test_a_reduced_jpeg_is_the_same_picture(tmp_path):
    photo(800, 640).save(tmp_path / "a.jpg", quality=95)
    whole = read_image(tmp_path / "a.jpg").pixels
    for at_least in (300, 150, 80):
        reduced = read_image(tmp_path / "a.jpg", at_least=at_least).pixels
        assert reduced.shape[0] < 640
        factor = 640 // reduced.shape[0]
        boxes = whole.reshape(640 // factor, factor, 800 // factor, factor, 3).mean((1, 3))
        assert np.abs(reduced - boxes).mean() < 0.006


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif", "a.bmp"])
def test_other_formats_are_read_whole(tmp_path, name):
    photo(160, 128).save(tmp_path / name)
    np.testing.assert_array_equal(read_image(tmp_path / name, at_least=16).pixels, read_image(tmp_path / name).pixels)


@pytest.mark.parametrize(
    ("name", "mode"), [("a.png", "1"), ("a.png", "P"), ("a.png", "RGB"), ("a.tif", "RGBA"), ("a.webp", "RGB")]
)
def test_a_large_file_of_another_format_becomes_the_mean_of_squares(tmp_path, monkeypatch, name, mode):
    photo(160, 128).convert(mode).save(tmp_path / name)
    whole = read_image(tmp_path / name).pixels
    monkeypatch.setattr("nst_tf.images.decode._LARGE", 160 * 128 - 1)
    reduced = read_image(tmp_path / name, at_least=40).pixels
    assert reduced.shape == (43, 54, 3)
    np.testing.assert_allclose(reduced[:42, :53], whole[:126, :159].reshape(42, 3, 53, 3, 3).mean((1, 3)), atol=0.003)


def test_16_bits_and_a_transparent_color_are_never_reduced(tmp_path, monkeypatch):
    monkeypatch.setattr("nst_tf.images.decode._LARGE", 1)
    photo(48, 40).save(tmp_path / "a.png", transparency=(1, 2, 3))
    write_image(tmp_path / "b.png", read_image(tmp_path / "a.png"), bit_depth=16)
    for name in ("a.png", "b.png"):
        assert read_image(tmp_path / name, at_least=8).pixels.shape == (40, 48, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_reduced_jpeg_is_upright(tmp_path, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    photo(640, 480).save(tmp_path / "a.jpg", exif=exif, quality=95)
    whole, reduced = (read_image(tmp_path / "a.jpg", at_least=side).pixels for side in (None, 200))
    assert whole.shape[:2] == ((480, 640) if orientation < 5 else (640, 480))
    assert reduced.shape[0] * 2 == whole.shape[0]
    assert np.abs(resize(whole, reduced.shape[:2]) - reduced).mean() < 0.01


def test_a_reduced_grey_and_cmyk_jpeg_have_the_colours_of_the_whole(tmp_path):
    for mode in ("L", "CMYK"):
        photo(640, 480).convert(mode).save(tmp_path / "a.jpg", quality=95)
        whole, reduced = (read_image(tmp_path / "a.jpg", at_least=side).pixels for side in (None, 200))
        assert reduced.shape == (240, 320, 3)
        assert np.abs(resize(whole, (240, 320)) - reduced).mean() < 0.01


# center_square and read_frame


@pytest.mark.parametrize(("height", "width"), [(10, 10), (10, 15), (16, 10)])
def test_the_square_is_the_middle_of_the_picture(height, width):
    pixels = np.random.default_rng(0).random((height, width, 3), np.float32)
    top, left = (height - 10) // 2, (width - 10) // 2
    np.testing.assert_array_equal(center_square(pixels, 10), pixels[top : top + 10, left : left + 10])


@pytest.mark.parametrize(("height", "width"), [(33, 50), (50, 33), (7, 7), (1000, 3), (3, 200), (223, 225)])
@pytest.mark.parametrize("side", [10, 31])
def test_the_shorter_side_is_fitted_whatever_the_size(height, width, side):
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    columns = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    pixels = np.broadcast_to(np.concatenate(np.broadcast_arrays(rows, columns, 0.5), -1), (height, width, 3))
    square = center_square(pixels, side)
    assert square.shape == (side, side, 3)
    assert square.dtype == np.float32
    assert square.min() >= 0
    assert square.max() <= 1
    assert square.mean((0, 1)) == pytest.approx([0.5, 0.5, 0.5], abs=0.6 / side)


def test_a_frame_is_the_square_of_the_file(tmp_path):
    photo(160, 128).save(tmp_path / "a.png")
    np.testing.assert_array_equal(
        read_frame(tmp_path / "a.png", 48), center_square(read_image(tmp_path / "a.png").pixels, 48)
    )


# find_images


def test_images_are_found_in_all_folders_sorted_by_path(tmp_path):
    names = ["b.PNG", "a.jpg", "z/a.tiff", "z/deep/er/c.webp", "a folder/x.gif", "zz.bmp"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for name in (".hidden.png", ".cache/a.png", "z/.b/c/d.png", "notes.txt", "none"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    found = find_images(tmp_path)
    assert found == sorted(tmp_path / name for name in names)
    assert find_images(str(tmp_path)) == found


def test_a_folder_that_is_itself_hidden_is_searched(tmp_path):
    write(tmp_path / ".hidden" / "a.png")
    assert [path.name for path in find_images(tmp_path / ".hidden")] == ["a.png"]


def test_folders_without_images_or_that_are_not_there_are_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputError, match="has no image"):
        find_images(tmp_path)
    for name in ("missing", "notes.txt"):
        with pytest.raises(InputError, match=f"there is no folder .*{name}"):
            find_images(tmp_path / name)


# Frames


@pytest.mark.parametrize("batch", [1, 3, 4, 7, 9])
def test_frames_come_in_order_in_batches_of_one_shape(tmp_path, batch):
    paths = [write(tmp_path / f"{number}.png", 8 + number, 12 - number, 20 * number) for number in range(7)]
    frames = Frames(paths, 6, batch)
    for _ in range(2):
        found = list(frames)
        assert len(found) == -(-7 // batch)
        assert {(indices.shape, images.shape) for indices, images in found} == {((batch,), (batch, 6, 6, 3))}
        assert {(indices.dtype.name, images.dtype.name) for indices, images in found} == {("int32", "float32")}
        indices, images = (np.concatenate(parts) for parts in zip(*found, strict=True))
        np.testing.assert_array_equal(indices, [*range(7), *[-1] * (len(indices) - 7)])
        for number, image in zip(indices, images, strict=True):
            expected = read_frame(paths[number], 6) if number >= 0 else np.full((6, 6, 3), 0.5)
            np.testing.assert_array_equal(image, expected)
    assert frames.skipped == {}


def test_unreadable_images_are_left_out_and_named(tmp_path):
    paths = [write(tmp_path / f"{number}.png", value=number) for number in range(6)]
    paths[1].write_bytes(b"no image")
    paths[4].write_bytes(paths[5].read_bytes()[:40])
    frames = Frames(paths, 4, 3)
    found = [indices.tolist() for indices, _ in frames]
    assert found == [[0, 2, 3], [5, -1, -1]]
    assert list(frames.skipped) == [paths[1], paths[4]]
    assert all(str(path) in reason for path, reason in frames.skipped.items())


def test_frames_begin_where_they_are_told_with_the_same_numbers(tmp_path):
    paths = [write(tmp_path / f"{number}.png", value=number) for number in range(5)]
    assert [indices.tolist() for indices, _ in Frames(paths, 4, 2, start=3)] == [[3, 4]]
    assert list(Frames(paths, 4, 2, start=5)) == []


def test_when_no_image_can_be_read_the_first_reason_is_told(tmp_path):
    paths = [tmp_path / name for name in ("a.png", "b.png")]
    for path in paths:
        path.write_bytes(b"no image")
    with pytest.raises(InputError, match=r"none of the 2 images can be read; the first: .*a\.png"):
        list(Frames(paths, 4, 2))


def test_no_files_give_no_batches():
    assert list(Frames([], 4, 2)) == []


def test_only_a_few_images_are_in_memory_at_a_time(tmp_path):
    paths = [write(tmp_path / f"{number:03}.png") for number in range(60)]
    batches = iter(Frames(paths, 4, 4))
    next(batches)
    # What is not yet read may still be removed: it then counts as unreadable.
    for path in paths[30:]:
        path.unlink()
    read = sum((indices >= 0).sum() for indices, _ in batches)
    assert read == 26


def test_frames_that_are_given_up_leave_no_thread(tmp_path):
    paths = [write(tmp_path / f"{number}.png") for number in range(20)]
    before = threading.active_count()
    batches = iter(Frames(paths, 4, 2))
    next(batches)
    batches.close()
    assert threading.active_count() == before


# quiet_decoders


def test_what_many_threads_silence_is_restored():
    filters, levels = list(warnings.filters), [logging.getLogger(name).level for name in LOGGERS]
    barrier, failures = threading.Barrier(8), []

    def work(seed):
        random = np.random.default_rng(seed)
        barrier.wait()
        for _ in range(200):
            try:
                with quiet_decoders():
                    if random.random() < 0.5:
                        os.sched_yield()
                    warnings.warn("not to be seen", UserWarning, stacklevel=1)
                    if random.random() < 0.1:
                        raise OSError
            except OSError:
                pass
            except Warning as warning:
                failures.append(warning)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert list(warnings.filters) == filters
    assert [logging.getLogger(name).level for name in LOGGERS] == levels
    with pytest.warns(UserWarning, match="seen again"):
        warnings.warn("seen again", UserWarning, stacklevel=1)


def test_reading_in_threads_leaves_the_filters_as_they_were(tmp_path):
    filters, levels = list(warnings.filters), [logging.getLogger(name).level for name in LOGGERS]
    paths = []
    for number in range(24):
        paths.append(tmp_path / f"{number}.{'tif' if number % 2 else 'jpg'}")
        photo(64, 48).save(paths[-1])
    assert len(list(Frames(paths, 16, 8))) == 3
    assert list(warnings.filters) == filters
    assert [logging.getLogger(name).level for name in LOGGERS] == levels
