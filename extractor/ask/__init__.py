"""The second reader: a language model that is asked for what the rules leave open, and believed only with evidence."""
