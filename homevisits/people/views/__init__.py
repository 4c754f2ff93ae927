"""The screens of people: staff, pupils, homes, the desk, imports."""
