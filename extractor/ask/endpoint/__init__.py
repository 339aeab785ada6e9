"""An OpenAI-compatible endpoint as a Model: settings, transport, limits, retries, cache."""
