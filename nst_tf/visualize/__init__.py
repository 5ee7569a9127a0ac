"""What a convolutional network has learned: the deconvnet of Zeiler and Fergus and its companions."""
