"""Style transfer in one pass of a trained network: optimal transport of VGG16's features, and decoders of them."""

from nst_tf.one_pass.decoder import LEVELS, build_decoder
from nst_tf.one_pass.decoder_file import load_decoder, load_stylizer, save_decoder
from nst_tf.one_pass.stylizer import Stylizer
from nst_tf.one_pass.transport import monge_map, transport

__all__ = [
    "LEVELS",
    "Stylizer",
    "build_decoder",
    "load_decoder",
    "load_stylizer",
    "monge_map",
    "save_decoder",
    "transport",
]
