"""What all verbs share with the terminal: the parser, values of options, failures, progress and signals."""
