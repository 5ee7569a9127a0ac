"""The strongest activations of every filter, and what is shown of them."""
