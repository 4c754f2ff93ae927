"""The screens of policies and of a school's calendar."""
