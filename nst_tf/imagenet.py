"""The statistics of ImageNet's pixels, which networks were trained with. Needs nothing else."""

__all__ = ["CAFFE_MEAN", "DEVIATION", "MEAN"]

MEAN = (0.485, 0.456, 0.406)  # of red, green and blue in [0, 1]
DEVIATION = (0.229, 0.224, 0.225)
CAFFE_MEAN = (123.68, 116.779, 103.939)  # of red, green and blue of 0 to 255, as VGG's authors have it
