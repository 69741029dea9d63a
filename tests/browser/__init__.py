"""The reader's site as readers have it: a real Chromium, and the whole system as `make run` starts it."""
