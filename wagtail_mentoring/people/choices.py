"""What a mentee wishes and a mentor offers is chosen from the same lists, so that the two can be compared."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Goal(models.TextChoices):
    """What a mentee wants to reach, and what a mentor can help with."""

    LABOUR_MARKET = "labour_market", _("Understand how hiring works in Finland")
    CV = "cv", _("Make my CV and applications better")
    NETWORKS = "networks", _("Meet people of my profession")
    RECOGNITION = "recognition", _("Learn how my qualification is recognised")
    LANGUAGE = "language", _("Use the language of my profession")
    CULTURE = "culture", _("Understand how people work here")
    STUDIES = "studies", _("Find studies that help me on")
    OTHER = "other", _("Something else")


#: The same goals in the words of somebody who can help with them. "Something else" is no topic.
TOPICS = [
    (Goal.LABOUR_MARKET.value, _("How hiring works in Finland")),
    (Goal.CV.value, _("CV, applications and interviews")),
    (Goal.NETWORKS.value, _("People and networks of the profession")),
    (Goal.RECOGNITION.value, _("Recognition of qualifications")),
    (Goal.LANGUAGE.value, _("The language of the profession")),
    (Goal.CULTURE.value, _("How people work here")),
    (Goal.STUDIES.value, _("Studies that help on")),
]


#: What of a mentor a consent may name, in words: the same wherever it is asked, read or shown.
SHOWABLE = {
    "name": _("Name"),
    "title": _("Title"),
    "experience_years": _("Years of experience"),
    "languages": _("Languages"),
    "municipality": _("Municipality"),
    "topics": _("Topics"),
    "email": _("E-mail"),
    "phone": _("Phone"),
}


class MeetingFormat(models.TextChoices):
    IN_PERSON = "in_person", _("We meet face to face")
    ONLINE = "online", _("We meet online")


class SuitableTime(models.TextChoices):
    MORNINGS = "mornings", _("Weekdays in the morning")
    AFTERNOONS = "afternoons", _("Weekdays in the afternoon")
    EVENINGS = "evenings", _("Weekdays after 17")
    WEEKENDS = "weekends", _("Weekends")
