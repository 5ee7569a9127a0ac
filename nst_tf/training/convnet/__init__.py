"""Training classifiers, from nothing or on a bundled network's features, and comparing them."""
