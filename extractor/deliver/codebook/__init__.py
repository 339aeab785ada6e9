"""The codebook: every table, column, field, label, unit and identity, in Chinese and English, made from rules/."""
