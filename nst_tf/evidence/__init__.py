"""Each claim of the papers beside what this package finds of it: rows, how they are made, and the page of them."""
