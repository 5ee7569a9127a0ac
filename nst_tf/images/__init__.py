"""Pictures in and out: reading and writing files with their colour profile, orientation, transparency, resolution and
bit depth; resampling; and the colour preservation of Gatys et al. Inside, a picture is float32 sRGB in [0, 1].
"""

from nst_tf.images.atomic import atomic_write, check_target, make_folder
from nst_tf.images.color import (
    colors_for_transfer,
    dressed,
    luminance,
    match_color,
    match_luminance,
    restore_color,
    with_luminance,
)
from nst_tf.images.files import list_images
from nst_tf.images.frames import Frames, center_square, find_images, read_frame
from nst_tf.images.identify import MAX_PIXELS
from nst_tf.images.picture import Picture, Source, as_mask, as_picture, as_pictures
from nst_tf.images.read import read_image, read_to_shrink
from nst_tf.images.resize import fit, resize, resize_image
from nst_tf.images.write import check_writable, write_image

__all__ = [
    "MAX_PIXELS",
    "Frames",
    "Picture",
    "Source",
    "as_mask",
    "as_picture",
    "as_pictures",
    "atomic_write",
    "center_square",
    "check_target",
    "check_writable",
    "colors_for_transfer",
    "dressed",
    "find_images",
    "fit",
    "list_images",
    "luminance",
    "make_folder",
    "match_color",
    "match_luminance",
    "read_frame",
    "read_image",
    "read_to_shrink",
    "resize",
    "resize_image",
    "restore_color",
    "with_luminance",
    "write_image",
]
