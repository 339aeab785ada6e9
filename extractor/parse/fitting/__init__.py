"""Fitting the tokens of a row into the columns of the form."""
