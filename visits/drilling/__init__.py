"""Drills: the real ladder is climbed for a pretend visit, said to be a drill in every message, and the proof is kept."""
