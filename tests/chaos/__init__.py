"""Breaks things on purpose: real processes, real servers, real kills; then counts what was lost or doubled.

`make chaos` runs every scenario; tests/test_chaos.py a few of them, small, in the suite.
"""
