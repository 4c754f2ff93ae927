"""Draws the states of a visit and the moves between them for people, from the code alone."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from visits.permissions import RULES, AnyOf
from visits.states import ENDED, MOVES, OPEN, OUT, State

# What the door asks of whoever makes a move (a key of RULES): the three answers are one act.
ACTS = {
    "submit": "submit",
    "return_for_changes": "decide",
    "decline": "decide",
    "authorise": "decide",
    "look_back": "decide",
    "amend": "amend",
    "log": "log",
    "depart": "depart",
    "did_not_leave": "did_not_leave",
    "return_safe": "back",
    "not_back_after_all": "not_back",
    "record": "record",
    "cancel": "cancel",
}

PAGE = """\
<!-- Drawn by `manage.py statediagram`; change visits/states.py or visits/permissions.py instead. -->

# The states of a visit

![The states of a visit and the moves between them](states.svg)

The same, as text that can be searched and copied:

```mermaid
{mermaid}
```

## Who makes each move

The sentence is the one that everybody else is refused with. On top of it stand the gates
(`visits/gates/`): what must hold before the move, by the visit's policy.

{table}

Who decides is the visit's route (`visits/routes.py`): the policy and the facts name it. An answer
given by telephone is typed in by a second person. A request that needs no decision, or whose last
missing piece arrives, is authorised in the same transaction.

A visit that took place without a request is reported afterwards. Whoever would have decided looks back
on it, says whether it was right, and it goes on to its record either way.

A change that touches nothing the deciders relied on moves nothing: the visit is amended where it
stands. A visit that fails on the doorstep has an outcome, not a state of its own: the people are
out until each of them is back.
"""


def page() -> str:
    """All of docs/states.md."""
    return PAGE.format(mermaid=mermaid(), table=table())


def words(move: str) -> str:
    """ "not back after all"."""
    return move.replace("_", " ")


def arrows() -> list[tuple[str, State, State]]:
    """Every arrow: the move, from, to."""
    return [(move, source, to) for move, (sources, to) in MOVES.items() for source in sources]


def mermaid() -> str:
    """A Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.DRAFT}"]
    lines += [f'    state "{state.label}" as {state}' for state in State]
    lines += [f"    {source} --> {to}: {words(move)}" for move, source, to in arrows()]
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join(lines)


def table() -> str:
    """The moves as a Markdown table."""
    rows = [
        f"| {words(move)} | {', '.join(s.label for s in sources)} | {to.label} | {who(move)} |"
        for move, (sources, to) in MOVES.items()
    ]
    return "\n".join(["| move | from | to | who |", "| --- | --- | --- | --- |", *rows])


def who(move: str) -> str:
    """The sentence with which the door refuses everybody who may not."""
    rule = RULES[ACTS[move]]
    assert isinstance(rule, AnyOf)
    return rule.sentence


# --- The picture: the way of a visit that goes well runs down the middle, what undoes a step runs
# up its left side, and where visits end otherwise stands on the right.

WIDTH, BOX, TALL, STEP, TOP = 760, 150, 44, 100, 56
MIDDLE, ENDS, TRUNK, LANE = 290, 580, 500, 52
STYLE = """
    text { font: 15px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #17322f; }
    .state { font-weight: 600; text-anchor: middle; }
    .left { text-anchor: end; }
    rect { fill: #eef6f4; stroke: #0b4f4a; stroke-width: 1.5; }
    rect.out { fill: #ffe9c7; stroke: #8a5a00; }
    rect.ended { fill: #eceeee; stroke: #5b6b69; }
    rect.paper { fill: #ffffff; stroke: none; }
    path { fill: none; stroke: #4a5f5c; stroke-width: 1.5; }
    path.joined { stroke-dasharray: 5 4; }
    path.head, circle { fill: #4a5f5c; stroke: none; }
"""


def svg() -> str:
    """All of docs/states.svg."""
    height = TOP + STEP * (len(spine()) - 1) + TALL + 20
    parts = [*_start(), *(part for arrow in arrows() for part in _arrow(*arrow)), *_trunks(), *_boxes()]
    drawn = "\n".join(f"  {part}" for part in parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" aria-label="The states of a visit and the moves between them">\n'
        f"  <style>{STYLE}  </style>\n"
        f'  <rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>\n{drawn}\n</svg>\n'
    )


def spine() -> list[State]:
    """The states of a visit that goes well, in the order of the day."""
    way = [state for state in State if state in OPEN]
    return [*way, *(to for _, source, to in arrows() if source == way[-1] and to in ENDED)]


def sources(end: State) -> list[State]:
    """From where a visit ends like this."""
    return [source for _, source, to in arrows() if to == end]


def other_ends() -> dict[State, int]:
    """Where a visit ends otherwise, each beside the last state that leads to it."""
    ends = [state for state in State if state in ENDED and state not in spine()]
    return {end: max(spine().index(source) for source in sources(end)) for end in ends}


def _y(row: int) -> int:
    """The middle of a row of boxes."""
    return TOP + STEP * row + TALL // 2


def _boxes() -> Iterator[str]:
    for row, state in enumerate(spine()):
        yield from _box(state, MIDDLE, row)
    for state, row in other_ends().items():
        yield from _box(state, ENDS, row)


def _box(state: State, x: int, row: int) -> Iterator[str]:
    kind = "out" if state in OUT else "ended" if state in ENDED else "open"
    yield f'<rect class="{kind}" x="{x}" y="{_y(row) - TALL // 2}" width="{BOX}" height="{TALL}" rx="8"/>'
    yield f'<text class="state" x="{x + BOX // 2}" y="{_y(row) + 5}">{escape(state.label)}</text>'


def _start() -> Iterator[str]:
    x = MIDDLE + BOX // 2
    yield f'<circle cx="{x}" cy="16" r="7"/>'
    yield from _line(f"M{x} 23 V{TOP - 8}", x, TOP, "down")


def _arrow(move: str, source: State, to: State) -> Iterator[str]:
    """The arrow of one move on the way or back; those to other ends are drawn together."""
    if to not in spine():
        return
    here, there = spine().index(source), spine().index(to)
    if there == here + 1:
        x, edge = MIDDLE + BOX // 2, _y(there) - TALL // 2
        yield from _line(f"M{x} {_y(here) + TALL // 2} V{edge - 8}", x, edge, "down")
        yield _label(move, x + 12, (_y(here) + _y(there)) // 2 + 5)
    else:
        yield from _back(move, here, there)


def _back(move: str, here: int, there: int) -> Iterator[str]:
    """Up the left side; the further back, the further out."""
    lane = MIDDLE - LANE - 90 * (here - there - 1)
    start, end = _y(here) - 10, _y(there) + 10
    path = f"M{MIDDLE} {start} H{lane + 10} Q{lane} {start} {lane} {start - 10}"
    path += f" V{end + 10} Q{lane} {end} {lane + 10} {end} H{MIDDLE - 8}"
    yield from _line(path, MIDDLE, end, "right")
    yield _label(move, lane - 8, (start + end) // 2 + 5, "left")


def _trunks() -> Iterator[str]:
    """To each other end: one line, dashed where every state that leads there joins it."""
    for end, last in other_ends().items():
        rows = [spine().index(source) for source in sources(end)]
        kind, shift = ("joined", 10) if len(rows) > 1 else ("alone", -8)
        y = _y(last) + shift
        for row in rows:
            yield f'<path class="{kind}" d="M{MIDDLE + BOX} {_y(row) + shift} H{TRUNK}"/>'
        yield f'<path class="{kind}" d="M{TRUNK} {_y(min(rows)) + shift} V{y}"/>'
        yield from _line(f"M{TRUNK} {y} H{ENDS - 8}", ENDS, y, "right", kind)
        yield _label(next(move for move, _, to in arrows() if to == end), ENDS - 14, y - 7, "left")


def _label(move: str, x: int, y: int, side: str = "right") -> str:
    return f'<text class="{side}" x="{x}" y="{y}">{escape(words(move))}</text>'


def _line(path: str, x: int, y: int, way: str, kind: str = "alone") -> Iterator[str]:
    """A line and the head of an arrow whose tip is at x, y."""
    head = {"down": f"M{x} {y} l-5 -9 h10 z", "right": f"M{x} {y} l-9 -5 v10 z"}[way]
    yield f'<path class="{kind}" d="{path}"/>'
    yield f'<path class="head" d="{head}"/>'
