"""What tests of several parts share."""

import fcntl
import gc
import os
from pathlib import Path

import pytest

from . import chromium

if "PYTEST_XDIST_WORKER" in os.environ:
    # Before NumPy and TensorFlow are imported: where processes share the processors, threads wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

# Tracing makes very many objects, of which hardly any is garbage.
gc.set_threshold(50_000)

# Files of over 10 seconds, the longest first: the process that takes one last would work alone at the end.
LONG = (
    "export/test_saved_models.py",
    "export/test_served.py",
    "recipes/stylize/test_recipe.py",
    "training/style/test_train.py",
    "visualize/test_deconv.py",
    "export/test_c_library.py",
    "docs/test_tutorial.py",
    "benchmarks/pictures/test_main.py",
    "export/runtimes/test_export.py",
    "test_examples.py",
    "training/convnet/test_train.py",
    "recipes/texture/test_recipe.py",
    "benchmarks/test_serving.py",
    "training/decoder/test_train.py",
    "recipes/test_feature_loop.py",
    "serve/hostile/test_attacks.py",
    "one_pass/test_tiles.py",
    "cli/work/test_cluster.py",
    "cli/verbs/training/test_train_convnet.py",
    "one_pass/test_stylizer.py",
    "serve/ui/test_real.py",
    "distributed/test_pool.py",
    "training/convnet/test_ablation.py",
    "recipes/stylize/test_areas.py",
    "cli/verbs/test_serve.py",
    "visualize/top/test_search.py",
    "layers/test_switches.py",
    "docs/test_pages.py",
    "recipes/test_python_driver.py",
    "one_pass/test_painter.py",
    "visualize/top/test_patches.py",
    "export/test_readme.py",
    "recipes/stylize/test_tiles.py",
    "visualize/top/test_top_activations.py",
    "measures/test_evaluate.py",
    "visualize/test_regions.py",
    "cli/verbs/test_stylize.py",
    "recipes/test_tiled.py",
    "serve/ui/test_browser.py",
    "one_pass/test_style_network.py",
    "recipes/texture/test_network.py",
    "recipes/reconstruct/test_recipe.py",
    "serve/server/test_server.py",
    "recipes/features/test_recipe.py",
    "visualize/evolution/test_callback.py",
    "objectives/test_spectrum.py",
    "visualize/top/test_strongest.py",
)


def pytest_collection_modifyitems(items):
    """Puts tests of `LONG` files before all others."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))


@pytest.fixture(scope="session", autouse=True)
def _imports_are_no_garbage():
    """A model that is unloaded has Python look through all objects, of which those of the imports are 360,000.

    At the end, pytest looks through all that is left five times; most of it stays.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _operations_are_made_anywhere():
    """Each operation of a graph takes down the whole stack of calls that made it, which under pytest is deep."""
    from tensorflow.python.util import tf_stack

    found = tf_stack.extract_stack()
    with pytest.MonkeyPatch.context() as change:
        change.setattr(tf_stack, "extract_stack", lambda stacklevel=1: found)
        yield


@pytest.fixture(scope="session", autouse=True)
def _weights_are_read_once():
    """Files of weights, which are unpacked hundreds of times otherwise."""
    from nst_tf.backbones import pretrained

    read, known = pretrained.READERS["npz"], {}

    def remembered(stream):
        state = os.fstat(stream.fileno())
        key = state.st_dev, state.st_ino, state.st_mtime_ns, state.st_size
        if key not in known:
            known[key] = read(stream)
        return dict(known[key])

    with pytest.MonkeyPatch.context() as change:
        change.setitem(pretrained.READERS, "npz", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _machine_without_bfloat16():
    """So that all machines compute the same; what is left to the machine is float32, unless a test says otherwise."""
    from nst_tf.backbones.precision import MachinePrecision

    with pytest.MonkeyPatch.context() as change:
        found = MachinePrecision("float32", "it runs tests")
        change.setattr("nst_tf.backbones.precision.machine_precision", lambda: found)
        yield


@pytest.fixture(scope="session")
def photos():
    """A folder of six folders with two photographs each; see data/CREDITS.md."""
    return Path(__file__).parent / "data" / "photos"


@pytest.fixture(scope="session")
def once(request, tmp_path_factory):
    """Makes a file or folder once for all processes of a run of the tests: `once(name, make)` gives its path.

    `make` is called with the path to write to by the process that asks first, while the others wait.
    """
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if hasattr(request.config, "workerinput") else folder) / "once"
    folder.mkdir(exist_ok=True)

    def get(name, make):
        place, beside = folder / name, folder / f".{name}.{os.getpid()}"
        with open(folder / f".{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                make(beside)
                beside.rename(place)
        return place

    return get


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser; without one, the test is skipped."""
    if chromium.CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with chromium.Chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser
