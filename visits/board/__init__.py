"""The board of who is out: whose visits a person watches, the rows as plain facts, and when they change."""
