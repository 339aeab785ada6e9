"""What sentences state about the cells of the form."""
