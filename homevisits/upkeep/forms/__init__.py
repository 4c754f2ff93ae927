"""Forms of what stands beside a policy."""
