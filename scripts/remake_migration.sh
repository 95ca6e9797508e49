#!/usr/bin/env bash
# Write wagtail_mentoring/migrations/0001_initial.py anew from the models, on Wagtail 7.4: made on 8.0 it would depend on
# a migration that 7.4 lacks. Only until the first release; after it, migrations are added and never rewritten.
# The environment is $MENTORING_VENV_74, or .venv-7.4 (made by `make .venv-7.4`).
set -eu
cd "$(dirname "$0")/.."
python=${MENTORING_VENV_74:-.venv-7.4}/bin/python
[ -x "$python" ] || { echo "No Wagtail 7.4 environment at ${MENTORING_VENV_74:-.venv-7.4}. Run: make .venv-7.4" >&2; exit 1; }
version=$("$python" -c 'import wagtail; print(".".join(map(str, wagtail.VERSION[:2])))')
[ "$version" = 7.4 ] || { echo "$python has Wagtail $version, and migrations are made on 7.4." >&2; exit 1; }

folder=wagtail_mentoring/migrations
kept=$(mktemp)
exec 9>"$(git rev-parse --git-dir)/remake-migration.lock"
flock -w 120 9 || { echo "Another run holds the lock for more than two minutes." >&2; exit 1; }
[ -f $folder/0001_initial.py ] && cp $folder/0001_initial.py "$kept"
rm -f $folder/0001_initial.py
if PYTHONDONTWRITEBYTECODE=1 "$python" example_project/manage.py makemigrations wagtail_mentoring --name initial --no-header -v 1 && [ -f $folder/0001_initial.py ]; then
    rm -f "$kept"
else
    [ -s "$kept" ] && cp "$kept" $folder/0001_initial.py
    rm -f "$kept"
    echo "No migration was made; the one that stood here was put back." >&2
    exit 1
fi
