"""Panels of the page Training: real runs in slow motion, and a toy that trains in the browser."""
