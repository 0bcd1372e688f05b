"""Finding the submissions in a folder, and who handed them in, and when."""
