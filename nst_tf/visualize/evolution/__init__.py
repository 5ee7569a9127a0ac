"""How a network's features evolve while it is trained: recorded by a callback, drawn as a sheet or as an animation."""
