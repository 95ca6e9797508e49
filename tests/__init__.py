"""Tests of wagtail-mentoring; the folders mirror the rooms of the package."""
