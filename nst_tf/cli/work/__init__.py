"""What the verbs that make pictures do: which file becomes which, one after the other, and what is told of it."""
