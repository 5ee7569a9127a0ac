"""The strongest activations of a network's filters, as data, as sheets of pictures and as a page to browse."""

from nst_tf.visualize.top.gallery.page import write_page
from nst_tf.visualize.top.gallery.result import LayerResult
from nst_tf.visualize.top.gallery.sheets import layer_sheets, write_sheets
from nst_tf.visualize.top.gallery.summary import write_summary

__all__ = ["LayerResult", "layer_sheets", "write_page", "write_sheets", "write_summary"]
