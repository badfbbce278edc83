"""Speaks to Google: the only place that loads Google's libraries, and only when a kind needs them."""
