"""Work for many machines: a function, once opened in each worker of a Ray cluster, for each of many items.

Needs Ray: `pip install 'nst_tf[ray]'`. `nst-tf VERB --on ray` is made of it, and `docs/cluster.md` tells more:

    def painter():  # called once in every worker
        paint = nst_tf.NetworkPainter("paintings:wave")
        return lambda path: nst_tf.write_image(f"out/{path.name}", paint(nst_tf.read_image(path)))

    for path, outcome in each_on_ray(painter, nst_tf.find_images("photos/"), workers=8):
        print(path, outcome)  # what the function gave, or the exception that it raised
"""

from nst_tf.distributed.mirror import Mirror, is_address
from nst_tf.distributed.pool import check_ray, each_on_ray

__all__ = ["Mirror", "check_ray", "each_on_ray", "is_address"]
