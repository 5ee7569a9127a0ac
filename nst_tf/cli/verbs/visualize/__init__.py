"""The verbs that show what a network has learned."""
