"""Feature visualisation."""
