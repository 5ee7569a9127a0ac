"""The verbs of `nst-tf`, one module each: DESCRIPTION, add_arguments(parser) and run(arguments)."""
