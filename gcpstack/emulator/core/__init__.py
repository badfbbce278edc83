"""The control plane itself: synchronous, without input or output of its own."""
