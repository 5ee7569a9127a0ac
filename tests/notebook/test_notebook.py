"""The notebook in `docs` runs, with tiny pictures, and shows what it promises."""

import base64
import io
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from nst_tf.images.montage import GAP, LABEL

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"
DRAFT = 'options = {"preset": "draft", "size": 192}'
TINY = (
    'options = {"model": "alexnet", "content_layers": {"relu2": 1.0}, "style_layers": {"relu1": 1.0}, "size": 48, '
    '"steps": (6,), "init": "content", "swap": 0, "patch_weight": 0, "optimizer": "adam"}'
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The cells of the notebook after they ran, and the folder in which they did."""
    book, folder = nbformat.read(NOTEBOOK, 4), tmp_path_factory.mktemp("notebook")
    [draft] = [cell for cell in book.cells if cell.source == DRAFT]
    draft.source = TINY
    NotebookClient(book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return [cell for cell in book.cells if cell.cell_type == "code"], folder


def _pictures(cell):
    """The sizes of the pictures that a cell shows."""
    shown = [output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {})]
    return [Image.open(io.BytesIO(base64.b64decode(data))).size for data in shown]


def _words(cell):
    return [output.data["text/plain"] for output in cell.outputs if "data" in output]


def test_it_is_kept_without_what_it_shows():
    cells = nbformat.read(NOTEBOOK, 4).cells
    assert all(not cell.outputs and cell.execution_count is None for cell in cells if cell.cell_type == "code")


def test_results_and_sheets_show_themselves(ran):
    cells, _ = ran
    originals, _, painted, compared, _, stopped, _ = map(_pictures, cells)
    assert (painted, stopped) == ([(48, 32)], [(48, 32)])
    assert originals[0][0] == 2 * 320 + GAP
    assert compared == [(4 * 48 + 3 * GAP, LABEL + 32)]
    assert _words(cells[2])[-1].startswith("Result(Picture 48x32, 6 evaluations, ")


def test_progress_leaves_a_line_for_each_picture(ran):
    cells, _ = ran
    painted, compared = _words(cells[2]), _words(cells[3])
    assert painted[0].startswith("scale 1/1 48x32, evaluation 6 of 6, loss ")
    assert [words.startswith("scale 1/1 48x32, evaluation 6 of 6") for words in compared] == [True] * 3 + [False]
    assert all("<img" not in output.data.get("text/html", "") for cell in cells for output in cell.outputs)


def test_nobody_is_warned_and_the_sheet_is_written(ran):
    cells, folder = ran
    assert [output for cell in cells for output in cell.outputs if output.output_type == "stream"] == []
    assert (folder / "strengths.png").exists()
