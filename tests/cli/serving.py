"""`nst-tf serve` as a process, with a model that answers with what it was given."""

import contextlib
import re
import signal
import subprocess
import sys
from types import SimpleNamespace

import tensorflow as tf

COMMAND = [sys.executable, "-c", "import sys; from nst_tf.cli.main import run; sys.exit(run())"]
LISTENS = re.compile(r"gRPC at 127\.0\.0\.1:(\d+), REST at https?://127\.0\.0\.1:(\d+)/")
ONE = [tf.TensorSpec([None], tf.string, name="content_bytes"), tf.TensorSpec([None], tf.string, name="style_bytes")]
SIZE = tf.constant([512])
STRENGTH = tf.constant([1.0])


class Echo(tf.Module):
    """Has the signatures of `fast-stylize`. The picture is the style; without one, or above strength 1, it fails."""

    def _answer(self, style, size, strength):
        bad = (strength > 1) | (style == "")
        return {
            "picture_bytes": tf.where(bad, "", style),
            "status": tf.where(bad, 3, 0),
            "message": tf.where(style == "", "style_bytes: it is empty", tf.where(bad, "strength is above 1", "")),
            "size": size,
        }

    @tf.function(input_signature=ONE)
    def plain(self, content_bytes, style_bytes):
        return self._answer(style_bytes, SIZE, STRENGTH)

    @tf.function(
        input_signature=[
            *ONE,
            tf.TensorSpec([None], tf.int32, name="size"),
            tf.TensorSpec([None], tf.float32, name="strength"),
        ]
    )
    def controls(self, content_bytes, style_bytes, size=SIZE, strength=STRENGTH):
        return self._answer(style_bytes, size, strength)


class Maps(tf.Module):
    """Has the signature of `features`."""

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")])
    def plain(self, image_bytes):
        length = tf.strings.length(image_bytes)
        return {"relu1": tf.cast(length, tf.float32)[:, None], "status": 0 * length, "message": tf.as_string(length)}


def save_models(folder):
    echo, maps = Echo(), Maps()
    signatures = {"serving_default": echo.plain, "controls": echo.controls}
    tf.saved_model.save(echo, str(folder / "fast-stylize" / "1"), signatures=signatures)
    tf.saved_model.save(maps, str(folder / "features" / "4"), signatures={"serving_default": maps.plain})
    return folder


@contextlib.contextmanager
def serving(*options):
    """Runs `nst-tf serve` on free ports; yields its ports, its process and the lines that it wrote so far."""
    command = [*COMMAND, "serve", "--port", "0", "--rest-port", "0", *map(str, options)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    lines = []
    try:
        for line in process.stderr:
            lines.append(line)
            if found := LISTENS.search(line):
                break
        else:
            raise AssertionError(f"it did not start: {lines}")
        yield SimpleNamespace(grpc=int(found[1]), rest=int(found[2]), process=process, lines=lines)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
