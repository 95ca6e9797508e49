"""A mentoring programme inside Wagtail: field pages, applications, cases, mentor pairs, agreements and meetings."""

__version__ = "0.1.0"
