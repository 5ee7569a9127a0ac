"""How Sphinx builds the documentation: `sphinx-build -W --keep-going docs build/docs`."""

import os
import sys
from pathlib import Path

# TensorFlow is imported for the reference, and tells of nothing that a reader needs.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from nst_tf.version import __version__  # noqa: E402

project = "nst_tf"
author = "the authors of nst_tf"
copyright = f"{author}; Apache-2.0"
version = release = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon", "directives"]
exclude_patterns = ["Thumbs.db", ".DS_Store"]
html_theme = "furo"
html_title = f"nst_tf {release}"
html_copy_source = False
html_static_path = ["static"]
html_css_files = ["wrap.css"]

nb_execution_mode = "off"
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist"]

autodoc_inherit_docstrings = False  # Keras' are no reStructuredText, and are told by Keras
autodoc_member_order = "bysource"
autosummary_generate = False
maximum_signature_line_length = 88
napoleon_numpy_docstring = False
napoleon_use_rtype = False
python_use_unqualified_type_names = True

# What is in backticks in a docstring becomes a link if it is a name of ours; all else that is referred to must exist.
default_role = "py:obj"
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]
smartquotes_action = "D"  # dashes; quotes stay as they are written
