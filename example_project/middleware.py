"""The site's Content Security Policy."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

GetResponse = Callable[[HttpRequest], HttpResponse]

# Nothing inline and nothing from elsewhere: the pages of the plugin work under this.
PUBLIC = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
# Some of Wagtail's own admin screens (page explorer, users, page editor) have inline scripts and styles.
ADMIN = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Set the policy on every response that has none of its own."""
    admin = reverse("wagtailadmin_home")

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", ADMIN if request.path.startswith(admin) else PUBLIC)
        return response

    return middleware
