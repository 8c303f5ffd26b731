"""The catalogue of figures, observations, measures, and the trace of every value."""
