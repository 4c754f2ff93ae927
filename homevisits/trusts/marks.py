"""What the markers of tests name, read without running anything: clauses, settings of a policy."""

import ast
from collections.abc import Iterator
from pathlib import Path


class Unreadable(ValueError):
    """A marker that does not write out what it names cannot be counted."""


def marked(mark: str, path: Path, root: Path) -> Iterator[tuple[str, str]]:
    """What a test file's markers of one kind name, parametrised ones included, and in which test."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    where = str(path.relative_to(root))
    aliases = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_marker(node.value, mark, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    yield from _marks(tree, mark, where, aliases)


def _marks(node: ast.AST, mark: str, where: str, aliases: set[str]) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        inner = where
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{where}::{child.name}"
        if isinstance(child, ast.Call) and _is_marker(child.func, mark, aliases):
            yield from ((name, where) for name in _literals(child.args, where))
        yield from _marks(child, mark, inner, aliases)


def _is_marker(node: ast.AST, mark: str, aliases: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in aliases
    if not isinstance(node, ast.Attribute) or node.attr != mark:
        return False
    return isinstance(node.value, ast.Attribute) and node.value.attr == "mark"


def _literals(arguments: list[ast.expr], where: str) -> Iterator[str]:
    for node in arguments:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Starred) and isinstance(node.value, ast.Tuple | ast.List):
            yield from _literals(node.value.elts, where)
        else:
            raise Unreadable(f"{where}, line {node.lineno}: write out what the marker names")
