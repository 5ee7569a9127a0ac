"""The verbs that train networks."""
