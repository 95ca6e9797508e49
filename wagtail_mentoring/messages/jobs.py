"""Reminders, daily mails, and the mails that still wait, for ``mentoring_due``."""

from wagtail_mentoring import clock
from wagtail_mentoring.due import Run, Told, counted, job

from . import digests, reminders
from .delivery import deliver_waiting
from .models import OutboxMessage, OutboxStatus

#: What was done, and what would be, by the name of the rule.
_SAID = {
    "signature": ("Signatures asked for again", "Signatures to ask for again"),
    "times": ("Cases reminded of the next meeting", "Cases to remind of the next meeting"),
    "tomorrow": ("Meetings of the next day told", "Meetings of the next day to tell"),
    "unrecorded": ("Meetings asked whether they were held", "Meetings to ask whether they were held"),
    "feedback": ("Feedback asked again", "Feedback to ask again"),
    "follow-up": ("Follow-up mails written", "Follow-up mails to write"),
    "idle": ("Idle cases told", "Idle cases to tell"),
}


def _remind(rule: reminders.Rule) -> Run:
    def run(dry_run: bool) -> Told:
        found = reminders.run(rule, dry_run=dry_run)
        told = counted(_SAID[rule.name][dry_run], found.done, found.failed)
        if not dry_run:
            return told
        return Told((*told.lines, *(f"  {reference}" for reference in sorted(set(found.references)))), told.failed)

    return run


for _place, _rule in enumerate(reminders.RULES):
    job(f"remind-{_rule.name}", order=500 + _place)(_remind(_rule))


@job("daily-mails", order=900)
def daily_mails(dry_run: bool) -> Told:
    """Write the daily mails: to people who want one, and to contact persons for whom something waits."""
    people, users = digests.for_people(dry_run=dry_run), digests.for_handlers(dry_run=dry_run)
    what = "Daily mails to write" if dry_run else "Daily mails written"
    return counted(what, people.done + users.done, people.failed + users.failed)


@job("deliver-mails", order=1000)
def deliver_mails(dry_run: bool) -> Told:
    """Deliver what a server refused for a while, or a process did not live to send; never what may have left."""
    if dry_run:
        return counted("Mails to deliver", OutboxMessage.objects.due(clock.now()).count())
    ended = deliver_waiting()
    lines = [f"Sent {ended.get('sent', 0)}, failed {ended.get('failed', 0)}, still waiting {ended.get('waiting', 0)}."]
    unsure = OutboxMessage.objects.filter(status=OutboxStatus.SENDING).count()
    if unsure:
        lines.append(f"{unsure} perhaps sent: look at them in the admin before sending them again.")
    return Told(lines)
