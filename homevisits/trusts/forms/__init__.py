"""The forms of the policy pages: a section of settings, a row of a list, a publication."""
