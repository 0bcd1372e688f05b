"""Reading a student's file: its cells, its function, what the function needs."""
