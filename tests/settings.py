"""The example site's settings, with everything that it writes in a folder that is gone afterwards."""

import atexit
import os
import shutil
import tempfile

# Set before the site's settings are read. A folder per process: xdist's workers and several runs stay apart.
_folder = tempfile.mkdtemp(prefix="mentoring-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["MENTORING_VAR"] = _folder
for _name in ("DEBUG", "SITE_URL", "PORT"):
    os.environ.pop(_name, None)

from example_project.settings import *  # noqa: E402, F403
from example_project.settings import DATABASES, VAR, WAGTAIL_MENTORING  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: the live server's threads get connections of their own, as in earnest.
    DATABASES["default"]["TEST"] = {"NAME": VAR / "test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Keys of the process: a test need not make one for its union first.
WAGTAIL_MENTORING["SIGNING_BACKEND"] = "memory"
