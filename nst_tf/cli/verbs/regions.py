"""`nst-tf regions`: masks for the parts of a photograph."""

from argparse import Namespace
from pathlib import Path

from nst_tf.cli.shell.failure import one_line
from nst_tf.cli.shell.parser import Parser
from nst_tf.cli.shell.values import count

__all__ = ["DESCRIPTION", "add_arguments", "run"]

DESCRIPTION = "Propose masks for the parts of a photograph, such as its sky."
COLORS = 12  # that can be told apart
SHARE = 0.6  # of the colour of a region in the overview


def add_arguments(parser: Parser) -> None:
    """Adds the arguments of the verb."""
    parser.add_argument("image", metavar="IMAGE", help="image file")
    parser.add_argument("-o", "--output", required=True, metavar="DIR",
                        help="folder of the masks, made if it is missing: region-1.png, the largest, and so on; and "
                             "overview.png, which shows where they are")  # fmt: skip
    parser.add_argument("--count", type=count, default=4, metavar="NUMBER", help="of regions, 2 to 16 (default: 4)")


def run(arguments: Namespace) -> int:
    """Finds the regions, and writes a mask of each and an overview."""
    # Only now what takes a while to import.
    from nst_tf.images import make_folder, read_image, write_image

    picture, folder = read_image(arguments.image), Path(arguments.output)
    from nst_tf.cli.shell.tensorflow_import import import_tensorflow

    import_tensorflow(arguments.debug)
    from nst_tf.visualize.regions import propose_regions

    masks = propose_regions(picture, arguments.count)
    make_folder(folder)
    for number, mask in enumerate(masks, 1):
        path = folder / f"region-{number}.png"
        write_image(path, mask[..., None].repeat(3, axis=2))
        print(f"wrote {one_line(str(path))} ({mask.mean():.0%} of the picture)")
    overview = folder / "overview.png"
    write_image(overview, _overview(picture.pixels, masks))
    print(f"wrote {one_line(str(overview))}")
    return 0


def _overview(pixels, masks):
    """The regions in colours of their own, over the image."""
    import colorsys

    import numpy as np

    colors = [colorsys.hsv_to_rgb((5 * number % COLORS) / COLORS, 0.9, 1) for number in range(len(masks))]
    return ((1 - SHARE) * pixels + SHARE * np.tensordot(masks, np.array(colors), (0, 0))).astype(np.float32)
