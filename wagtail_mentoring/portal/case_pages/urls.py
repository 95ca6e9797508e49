"""Addresses of what the three of a case do. They come before that of a token, which looks like anything else."""

from django.urls import path

from . import concerns, letters, meeting, notes, opinions, recording, times

urlpatterns = [
    path("p/times/", times.times, name="portal_times"),
    path("p/times/suggest/", times.suggest, name="portal_times_suggest"),
    path("p/meeting/", meeting.meeting, name="portal_meeting"),
    path("p/meeting/place/", meeting.place, name="portal_meeting_place"),
    path("p/meeting/cancel/", meeting.cancel, name="portal_meeting_cancel"),
    path("p/meeting/record/", recording.record, name="portal_meeting_record"),
    path("p/meeting/undo/", recording.undo, name="portal_meeting_undo"),
    path("p/messages/", letters.three, name="portal_messages"),
    path("p/contact/", letters.contact, name="portal_contact"),
    # Not named after what it is for: the address stays in the history of a browser.
    path("p/tell-us/", concerns.concern, name="portal_concern"),
    path("p/tell-us/sent/", concerns.sent, name="portal_concern_sent"),
    path("p/notes/", notes.notes, name="portal_notes"),
    path("p/notes/<int:pk>/", notes.note, name="portal_note"),
    path("p/feedback/", opinions.feedback, name="portal_feedback"),
]
