"""Broadsheet's domain: what would still be true in a command-line tool. A module for each noun, functions for verbs.

Begin with `keys` (what is stored where), then `articles` (how it is read) and `publishing` (how it gets there).
"""
