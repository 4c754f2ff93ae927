"""Three made-up trusts on the three real policies, for a demo and for trying things out."""
