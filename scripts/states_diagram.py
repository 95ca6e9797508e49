"""Write the state diagram into docs/states.md, drawn from the flow class:   python scripts/states_diagram.py

Needs no site and no database. ``--check`` writes nothing and fails when the
committed diagram is not the current one.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "states.md"
BEGIN, END = "<!-- diagram: begin -->", "<!-- diagram: end -->"


def diagram() -> str:
    """Return the states and steps of the case flow as Mermaid text, steps between the same states on one arrow."""
    from wagtail_mentoring.workflows import CaseFlow, CaseState

    arrows: dict[tuple[str, str], list[str]] = {}
    for state in CaseState:
        for transition in CaseFlow.state.get_outgoing_transitions(state):
            for target in targets(state, transition.target):
                names = arrows.setdefault((state.value, target), [])
                if transition.slug not in names:
                    names.append(transition.slug)
    lines = ["stateDiagram-v2", f"    [*] --> {CaseState.APPLIED.value}"]
    lines += [f"    {source} --> {target}: {', '.join(sorted(names))}" for (source, target), names in arrows.items()]
    return "\n".join([*lines, f"    {CaseState.CLOSED.value} --> [*]"])


def targets(state: str, target: object) -> list[str]:
    """Return the states that a step may lead to: its own for one without a target, several for a computed one."""
    several = getattr(target, "states", None)
    if several is None:
        return [target if isinstance(target, str) else str(state)]  # viewflow marks "no target" by an object of its own
    number = state.removeprefix("meeting_")
    if number.isdigit():  # undoing a meeting leads to the one before, whatever else the declaration allows
        before = int(number) - 1
        return [f"meeting_{before}" if before else "paired"]
    return [str(each) for each in several]


def current(text: str) -> str:
    """Return ``text`` with the diagram as it is now. Raises ValueError when its two marks are missing."""
    head, begin, rest = text.partition(BEGIN)
    _old, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{FILE} lacks the marks {BEGIN} and {END}.")
    return f"{head}{BEGIN}\n```mermaid\n{diagram()}\n```\n{END}{tail}"


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` only compare. Returns the exit code."""
    from django.conf import settings

    sys.path.insert(0, str(ROOT))
    settings.configure()  # viewflow looks at DEBUG when it is imported; nothing else is asked for
    text = FILE.read_text(encoding="utf-8")
    wanted = current(text)
    if "--check" in arguments:
        if text != wanted:
            print("docs/states.md is not current. Run: python scripts/states_diagram.py", file=sys.stderr)
            return 1
        return 0
    FILE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
