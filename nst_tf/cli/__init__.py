"""The command `nst-tf`: one file for each verb, which parses, calls and prints. TensorFlow is imported only when a verb
needs it, and after everything that can be checked without it.
"""
