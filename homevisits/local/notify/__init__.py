"""A pretend GOV.UK Notify: a real HTTP server that speaks its API, for the demo, tests and chaos.

Nothing leaves this machine. It needs no Django: `python -m homevisits.local.notify --port 8001`.
"""
