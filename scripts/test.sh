#!/usr/bin/env bash
# Everything that must pass, one part after the other; a failed part does not stop the others. Ends with the sum of all tests.
# `make test` makes the environments first. JOBS= changes the number of test processes (2).
set -u
cd "$(dirname "$0")/.."
jobs=${JOBS:-2}
results=.test-results
rm -rf $results
mkdir -p $results
unset MENTORING_DB
# Bytecode is written: each of the processes would compile all tests anew, in ten seconds.
unset PYTHONDONTWRITEBYTECODE
failed=$results/failed.txt
: >$failed
started=$SECONDS

part() { # part "name" command…
    local name=$1 from=$SECONDS
    shift
    echo
    echo "── $name"
    if "$@"; then
        echo "   $name: passed, $((SECONDS - from)) s"
    else
        echo "$name" >>$failed
        echo "   $name: FAILED, $((SECONDS - from)) s"
    fi
}
tests() { # tests python name pytest-arguments…
    local python=$1 name=$2
    shift 2
    # Tables are made from the models; tests/test_migrations.py migrates once in each part and compares.
    # The order is that of tests/conftest.py: what takes longest is begun first.
    timeout 2400 "$python" -m pytest -q -p no:cacheprovider --no-migrations -n "$jobs" --dist loadgroup --no-loadscope-reorder --junitxml="$results/$name.xml" "$@"
}
migrations() { "$1" example_project/manage.py makemigrations --check --dry-run; }

new=.venv/bin/python
old=.venv-7.4/bin/python
export MENTORING_VAR
MENTORING_VAR=$(mktemp -d)
trap 'rm -rf "$MENTORING_VAR"' EXIT

version() { "$1" -c 'import django, wagtail; print("Wagtail %s, Django %s" % (wagtail.__version__, django.__version__))'; }
echo "Python $($new -c 'import platform; print(platform.python_version())'), $(version $new), and $(version $old); $jobs processes"

part "ruff" .venv/bin/ruff check .
part "format" .venv/bin/ruff format --check .
part "migrations complete" migrations $new
part "migrations complete on Wagtail 7.4" migrations $old
part "tests on SQLite and in Chromium" tests $new sqlite --ignore=tests/postgres
# Not all again: what a database could answer differently, and what stands on Wagtail. tests/kinds.py says which and why.
part "tests on PostgreSQL" scripts/with_postgres.sh "$BASH" -c "$(declare -f tests); jobs=$jobs results=$results; tests $new postgres -m '(database or postgres) and not one_database'"
part "tests on Wagtail 7.4" tests $old wagtail74 -m 'database and wagtail'
# Each of these two uses one processor.
part "mypy" .venv/bin/mypy >$results/mypy.txt 2>&1 &
part "PDF/UA-1 and PDF/A-3a by veraPDF" timeout 900 $new scripts/conformance.py
wait
cat $results/mypy.txt

echo
sed 's/^/FAILED: /' $failed
$new - $results $((SECONDS - started)) <<'PY'
import sys
import xml.etree.ElementTree as tree
from pathlib import Path

passed = failed = skipped = 0
for file in Path(sys.argv[1]).glob("*.xml"):
    for suite in tree.parse(file).getroot().iter("testsuite"):
        tests, bad, left = int(suite.get("tests")), int(suite.get("failures")) + int(suite.get("errors")), int(suite.get("skipped"))
        passed, failed, skipped = passed + tests - bad - left, failed + bad, skipped + left
print(f"All parts together took {int(sys.argv[2])} seconds.")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
PY
[ ! -s $failed ]
