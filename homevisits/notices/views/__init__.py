"""What was sent, how texts are set up, what Notify tells us, and calls: one module a screen."""
