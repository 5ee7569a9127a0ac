"""Style transfer in one pass of a trained network: any style by optimal transport of VGG16's features, networks of a
few styles, and modules of TensorFlow Hub; and their painters, which take a content and give a picture.
"""
