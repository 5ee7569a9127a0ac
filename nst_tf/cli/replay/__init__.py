"""The recipe that a picture carries: how the command line made it, and how it makes it again."""
