"""A network of a few hundred parameters that trains in the browser."""
