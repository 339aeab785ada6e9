"""The harness: truths, renderers, kinds of mess, samples with gold labels, scoring, speed."""
