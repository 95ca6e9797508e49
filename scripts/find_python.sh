#!/usr/bin/env bash
# Print the first Python of at least 3.11 that runs and can make a virtual environment; say what is missing otherwise.
# $PYTHON names one to be taken before all others.
set -u
without_venv=""
for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3; do
    # Asked for its version, not only looked up: a version manager's shim may stand on PATH and still not run.
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
    if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
    without_venv=$candidate
done
if [ -n "$without_venv" ]; then
    version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    echo "Python $version is here but cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install python$version-venv" >&2
else
    echo "No Python of at least 3.11 was found (tried python3.13, python3.12, python3.11, python3). Install one, or name it: make PYTHON=/path/to/python3 …" >&2
fi
exit 1
