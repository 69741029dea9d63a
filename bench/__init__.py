"""Measurements: speed, size and memory, each as a ratio to a base measured in the same run. Never part of the gate."""
