"""The project's own ruler: rates of the machine and of our computations, measured in one run, as ratios."""
