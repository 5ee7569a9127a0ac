"""The strongest activations of a network's filters, as data, as sheets of pictures and as a page to browse."""

from nst_tf.visualize.top.gallery.page import write_page
from nst_tf.visualize.top.gallery.result import LayerResult
from nst_tf.visualize.top.gallery.sheets import ON_A_SHEET, FilterPictures, sheet_path, write_pictures
from nst_tf.visualize.top.gallery.summary import write_summary

__all__ = [
    "ON_A_SHEET",
    "FilterPictures",
    "LayerResult",
    "sheet_path",
    "write_page",
    "write_pictures",
    "write_summary",
]
