"""The forms of the people pages, by screen."""
