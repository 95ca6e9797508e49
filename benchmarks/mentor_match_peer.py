"""The package mentor-match on made-up people, run by a Python of its own:   python mentor_match_peer.py 500

Prints JSON: the seconds of the processor that its matching takes, and how many mentees have one mentor and two.
"""

import json
import sys
import time
from random import Random

PROFESSIONS, ORGANISATIONS, GRADES = 12, 20, 10
SAME_ORGANISATION, HIGHER_GRADE = 40, 25


def people(side: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return as many mentors and mentees. Professions are not equally common, and differ between the two."""
    random = Random(7)
    mentors = [_person(random, f"mentor {number}", range(PROFESSIONS)) for number in range(side)]
    mentees = [_person(random, f"mentee {number}", range(PROFESSIONS - 3)) for number in range(side)]
    return mentors, mentees


def _person(random: Random, name: str, professions: range) -> dict[str, str]:
    return {
        "email": name,
        "profession": f"profession {random.choice(professions)}",
        "organisation": f"organisation {random.randrange(ORGANISATIONS)}",
        "grade": str(random.randrange(GRADES)),
    }


def score(mentor: dict[str, str], mentee: dict[str, str]) -> int | None:
    """Return what a mentor is worth to a mentee by the rules below; ``None``: not possible."""
    if mentor["profession"] != mentee["profession"]:
        return None
    same = mentor["organisation"] == mentee["organisation"]
    return SAME_ORGANISATION * same + HIGHER_GRADE * (int(mentor["grade"]) > int(mentee["grade"]))


def main(side: int) -> None:
    import operator

    from matching.mentee import Mentee
    from matching.mentor import Mentor
    from matching.process import process_data
    from matching.rules import rule

    written_mentors, written_mentees = people(side)
    mentors = [Mentor(**person) for person in written_mentors]
    mentees = [Mentee(**person) for person in written_mentees]

    def rules() -> list[rule.RuleProtocol]:
        return [
            rule.Disqualify(lambda match: match.mentor.profession != match.mentee.profession),
            rule.Equivalent("organisation", {True: SAME_ORGANISATION, False: 0}),
            rule.Grade(0, operator.gt, {True: HIGHER_GRADE, False: 0}),
        ]

    begin = time.process_time()
    process_data(mentors, mentees, [rules(), rules()])
    seconds = time.process_time() - begin
    found = [len(mentee.mentors) for mentee in mentees]
    print(json.dumps({"seconds": seconds, "served": sum(map(bool, found)), "two": sum(n > 1 for n in found)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
