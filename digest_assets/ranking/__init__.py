"""Which papers of a date somebody wants to read first, and why. Pure, deterministic, without a model call."""
