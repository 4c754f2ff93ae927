"""Made-up people and streets, the same at every run."""

import random

FIRST = (  # noqa: SIM905  (fifty names read better as words)
    "Amelia Oliver Isla George Ava Noah Mia Arthur Ivy Harry Lily Leo Florence Muhammad Freya Jack Willow Theo "
    "Elsie Oscar Evie Archie Sophia Henry Grace Luca Rosie Teddy Aisha Finley Zara Lucas Maja Thomas Poppy Adam "
    "Ella Kacper Daisy Ibrahim Erin Rory Hana Dylan Nadia Ewan Layla Ravi Orla Jakub"
).split()
LAST = (  # noqa: SIM905
    "Novak Mensah Parry Whitlock Okafor Grant Reid Kowalski Ahmed Price Hughes Begum Walsh Turner Patel Doyle "
    "Fraser Bishop Lamb Osei Cole Rahman Sutton Marsh Nowak Byrne Hale Iqbal Frost Webb Khan Lowe Pike Shah "
    "Dunn Ellis Gill Horne Kaur Lynch"
).split()
STREETS = (  # noqa: SIM905
    "Larch Close, Abbey Row, Mill Lane, Quay Street, Station Road, Orchard Way, Church Walk, Victoria Terrace, "
    "Meadow View, Kiln Lane, Harbour Street, Elm Grove, Priory Road, Green Lane, Bridge Street"
).split(", ")
WARNINGS = (
    ("animals", "Large dog: ask for it to be in another room before you go in."),
    ("aggression", "Older brother shouted at staff in May. Keep the door behind you."),
    ("area", "Unlit path from the car park. Park on the main road."),
    ("other_people", "Several adults come and go. Ask who is in."),
)


def chooser(seed: str) -> random.Random:
    """Choices that look random and are the same at every run."""
    return random.Random(seed)
