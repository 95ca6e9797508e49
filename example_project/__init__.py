"""A union's website on Wagtail that uses wagtail-mentoring as any site would. The demo; the tests run on it."""
