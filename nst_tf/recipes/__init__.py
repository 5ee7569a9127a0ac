"""Pictures made by optimisation: a canvas, an objective and a schedule each."""
