#!/usr/bin/env bash
# Bring the example site's database up to date, load the demo, serve.   PORT=8000 scripts/demo.sh [PYTHON]
# Safe to run again: what is there already stays as it is.
set -eu
cd "$(dirname "$0")/.."
python=${1:-.venv/bin/python}
port=${PORT:-8000}
export PORT=$port
var=${MENTORING_VAR:-example_project/var}
stamp=$var/.migrated
manage() { "$python" example_project/manage.py "$@"; }

if ! "$python" - "$port" <<'PY'
import socket, sys
with socket.socket() as probe:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        sys.exit(1)
PY
then
    echo "Port $port is taken by another program. Choose one: make demo PORT=8010" >&2
    exit 1
fi

# What the database was last brought up to date with. Another MENTORING_DB is another database.
mkdir -p "$var"
now=$({ echo "${MENTORING_DB:-}"; cat wagtail_mentoring/migrations/*.py; "$python" -m pip list --format=freeze 2>/dev/null | grep -iE '^(wagtail|django)=='; } | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$now" ] || { [ -z "${MENTORING_DB:-}" ] && [ ! -f "$var/db.sqlite3" ]; }; then
    echo "→ Creating the database (about 15 seconds)"
    manage migrate -v 0
    echo "→ Setting up groups, rights, themes and texts"
    manage mentoring_setup
    echo "$now" >"$stamp"
fi
echo "→ Loading the demo"
manage mentoring_demo
echo "→ Serving http://127.0.0.1:$port/ (Ctrl-C stops)"
# --insecure: static files without DEBUG, so that a wrong address shows the site's own page, as on a real site.
export DJANGO_RUNSERVER_HIDE_WARNING=true
exec "$python" example_project/manage.py runserver --noreload --insecure "127.0.0.1:$port"
