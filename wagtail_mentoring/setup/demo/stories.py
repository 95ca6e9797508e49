"""What happens to each of the demo's mentees, as a line of steps: ``step:age``, the age in days before today.

``plan:12:-5`` plans, 12 days ago, a meeting for a time 5 days from now. ``sign:9:all`` lets everybody sign within
the days after, ``sign:9:mentee`` or ``sign:9:first`` (mentor) one of them; ``own`` (in the file, by a certificate that
nobody knows), ``paper`` (a picture of the signed paper) and ``decline`` likewise. ``replace`` exchanges the first
mentor, ``again`` asks everyone to sign again. ``meet:30`` was held 30 days ago.

``invite:6`` asks the two mentors who fit best; ``yes:5:first``, ``no:4:second:no_time`` and ``question:3:second`` are
what they answer.
"""

from dataclasses import dataclass

from ..packaged import packaged

TECHNOLOGY = "masters-in-technology"
BUSINESS = "masters-of-economics-business-and-administration"


@dataclass(frozen=True, slots=True)
class Story:
    """One person's way: the field applied for, the profession in own words, the degree, and the steps.

    What is empty of the rest is left to chance.
    """

    field: str
    profession: str
    degree: str
    steps: str
    name: str = ""
    language: str = ""
    place: str = ""
    english: str = ""
    languages: str = ""


STORIES: tuple[Story, ...] = (
    # Applied: fresh, and longer ago than the union promises.
    Story(TECHNOLOGY, "Software engineer", "master", "apply:1"),
    Story(TECHNOLOGY, "Electrical engineer", "master", "apply:3"),
    Story("teachers", "Teacher of mathematics", "master", "apply:2"),
    Story("doctors", "Physician, general practice", "master", "apply:5"),
    Story(TECHNOLOGY, "Chemical engineer", "master", "apply:24"),
    Story("social-workers", "Social worker", "bachelor", "apply:19"),
    Story("lawyers", "Lawyer, company law", "master", "apply:17"),
    # Eligible: waiting for mentors.
    Story(TECHNOLOGY, "Mechanical engineer", "doctor", "apply:20 accept:12"),
    Story(TECHNOLOGY, "Engineer, data analysis", "master", "apply:49 accept:41"),
    Story("bba-graduates", "BBA, accounting", "bachelor", "apply:30 accept:23"),
    Story("professors", "Professor of chemistry", "doctor", "apply:95 accept:88"),
    Story("psychologists", "Psychologist", "master", "apply:14 accept:6"),
    # Paired, no agreement yet.
    Story(TECHNOLOGY, "Civil engineer", "master", "apply:40 accept:33 pair:4"),
    Story(BUSINESS, "Economist", "master", "apply:37 accept:30 pair:2"),
    Story("doctors", "Surgeon, doctor", "master", "apply:62 accept:55 pair:9"),
    # The agreement is out: nobody, some, and all have signed.
    Story("teachers", "Teacher of biology", "master", "apply:45 accept:38 pair:14 send:13"),
    Story(TECHNOLOGY, "Engineer, telecommunications", "master", "apply:60 accept:52 pair:11 send:9 sign:7:mentee"),
    Story("architects", "Architect", "master", "apply:48 accept:41 pair:8 send:6 sign:4:first"),
    Story("bba-graduates", "BBA, marketing", "bachelor", "apply:52 accept:46 pair:16 send:13 sign:10:all plan:3:-6"),
    Story(
        "masters-of-social-sciences",
        "Sociology, researcher of social science",
        "master",
        "apply:58 accept:51 pair:20 send:17 sign:15:all",
    ),
    # A signed paper and a file signed by an unknown certificate wait for the contact person; somebody has declined.
    Story("teachers", "Teacher of history", "master", "apply:50 accept:44 pair:12 send:10 sign:9:mentee paper:2:first"),
    Story(
        BUSINESS, "Economist, public finance", "master", "apply:55 accept:48 pair:14 send:11 own:3:mentee sign:2:second"
    ),
    Story("lawyers", "Lawyer, labour law", "master", "apply:47 accept:40 pair:10 send:8 sign:7:mentee decline:5:first"),
    # One to five meetings held.
    Story(
        TECHNOLOGY,
        "Engineer, energy technology",
        "master",
        "apply:80 accept:73 pair:50 send:48 sign:46:all plan:40:30 meet:30 plan:6:-8",
    ),
    Story("teachers", "Teacher of English", "master", "apply:85 accept:77 pair:56 send:54 sign:52:all meet:37"),
    Story(
        "physiotherapists",
        "Physiotherapist",
        "bachelor",
        "apply:90 accept:84 pair:60 send:58 sign:55:all plan:47:40 meet:40 plan:20:5",
    ),
    Story(
        "translators-and-interpreters",
        "Interpreter and translator",
        "master",
        "apply:110 accept:104 pair:80 send:78 sign:76:all meet:60 meet:32",
    ),
    Story(
        TECHNOLOGY,
        "Software engineer, games",
        "master",
        "apply:118 accept:110 pair:88 send:85 sign:82:all meet:70 meet:45 plan:10:-3",
    ),
    Story(
        "social-workers",
        "Social worker, child protection",
        "master",
        "apply:130 accept:122 pair:101 send:99 sign:97:all meet:85 meet:60 meet:33",
    ),
    Story(
        "architects",
        "Architect, landscape",
        "master",
        "apply:150 accept:141 pair:120 send:118 sign:114:all meet:101 meet:75 meet:41 plan:9:-12",
    ),
    Story(
        BUSINESS,
        "Master of Business Administration, business analyst",
        "master",
        "apply:170 accept:163 pair:140 send:137 sign:134:all meet:120 meet:96 meet:70 meet:29",
    ),
    Story(
        TECHNOLOGY,
        "Engineer, automation",
        "doctor",
        "apply:190 accept:183 pair:160 send:158 sign:155:all meet:142 meet:118 meet:92 meet:61 meet:15",
    ),
    # Closed.
    Story(
        TECHNOLOGY,
        "Engineer, biotechnology",
        "master",
        "apply:330 accept:322 pair:300 send:298 sign:294:all meet:280 meet:255 meet:231 complete:224:job_own_field",
    ),
    Story(
        "teachers",
        "Teacher of physics",
        "master",
        "apply:310 accept:302 pair:280 send:277 sign:273:all meet:260 meet:236 meet:210 meet:180 complete:170:studies",
    ),
    Story(
        "pharmacists",
        "Pharmacist",
        "master",
        "apply:260 accept:255 pair:230 send:228 sign:226:all meet:214 meet:190 meet:165 complete:150:internship",
    ),
    Story(
        "lawyers",
        "Lawyer, human rights",
        "master",
        "apply:240 accept:233 pair:210 send:208 sign:206:all meet:190 meet:160 meet:130 complete:121:looking",
    ),
    Story("psychologists", "Psychologist, schools", "bachelor", "apply:200 refuse:190"),
    Story(TECHNOLOGY, "Engineer", "master", "apply:75 refuse:66"),
    Story(BUSINESS, "Economist, banking", "master", "apply:140 accept:131 end:100:mentee_withdrew:other_job"),
    Story(
        "bba-graduates",
        "BBA, logistics",
        "bachelor",
        "apply:180 accept:172 pair:150 send:148 sign:145:all meet:133 end:96:moved_away:unknown",
    ),
    # One mentor replaced: the supplement is out. Everyone was asked to sign again, and did.
    Story(
        TECHNOLOGY,
        "Engineer, acoustics",
        "master",
        "apply:120 accept:113 pair:92 send:90 sign:87:all meet:70 meet:44 replace:6 send:5",
    ),
    Story(
        "lawyers",
        "Lawyer, environmental law",
        "master",
        "apply:100 accept:94 pair:70 send:68 sign:66:all meet:50 again:30 sign:28:all meet:20",
    ),
    # Reopened; with new mentors after the first ones; waiting again with one meeting held.
    Story(
        "dental-hygienists", "Dental hygienist", "bachelor", "apply:120 accept:112 end:60:no_contact:unknown reopen:8"
    ),
    Story(
        TECHNOLOGY,
        "Engineer, materials",
        "master",
        "apply:210 accept:202 pair:180 send:178 sign:175:all meet:160 back:130 pair:100 send:98 sign:95:all meet:80",
    ),
    Story(
        "doctors",
        "Doctor, paediatrics",
        "master",
        "apply:160 accept:152 pair:125 send:122 sign:119:all meet:105 back:26",
    ),
)

#: Applications that wait in the intake queue: for a paused field, and for a profession that no union covers.
QUEUED: tuple[Story, ...] = (
    Story("professionals-in-museums", "Museum curator", "master", "apply:33"),
    Story("", "Engineer, textile", "bachelor", "apply:7"),
)


def queue() -> list[Story]:
    """Return who waits for mentors in one field: many, each different, and a few for whom mentors are asked already."""
    rows = packaged("queue")
    waiting = [(*who, f"apply:{age} accept:{max(age - 7, 1)}") for *who, age in rows["waiting"]]
    return [
        Story(TECHNOLOGY, profession, "master", steps, name, language, place, english, languages)
        for name, language, profession, place, english, languages, steps in (*waiting, *rows["asking"])
    ]
