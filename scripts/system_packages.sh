#!/usr/bin/env bash
# Make sure that the programs and libraries outside Python are there.
#   scripts/system_packages.sh demo    Pango, which WeasyPrint draws documents with
#   scripts/system_packages.sh test    and Chromium, PostgreSQL, gettext, poppler, NSS tools, Java, Maven
# Installs by apt as root, or where sudo asks no password; otherwise says exactly what to install. Exit 1: something is still missing.
set -u
purpose=${1:-demo}

has_library() { # as WeasyPrint looks for it
    local python
    python=$("$(dirname "$0")/find_python.sh" 2>/dev/null) || python=python3
    "$python" - "$@" <<'PY' 2>/dev/null
import ctypes, ctypes.util, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
        break
    except OSError:
        found = ctypes.util.find_library(name)
        if found:
            break
else:
    sys.exit(1)
PY
}
has_command() { for name in "$@"; do command -v "$name" >/dev/null 2>&1 && return 0; done; return 1; }
has_initdb() { has_command initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

missing=()
debian=()
find_missing() {
    missing=()
    debian=()
    # A fresh Debian has Python without the part that makes virtual environments.
    if ! "$(dirname "$0")/find_python.sh" >/dev/null 2>&1 && has_command apt-get; then
        missing+=("Python's venv module"); debian+=(python3 python3-venv)
    fi
    if ! has_library libpango-1.0.so.0 pango-1.0; then missing+=("Pango"); debian+=(libpango-1.0-0); fi
    if ! has_library libpangoft2-1.0.so.0 pangoft2-1.0; then missing+=("PangoFT2"); debian+=(libpangoft2-1.0-0); fi
    if ! has_library libharfbuzz-subset.so.0 harfbuzz-subset; then missing+=("HarfBuzz subset"); debian+=(libharfbuzz-subset0); fi
    if [ "$purpose" = test ]; then
        if ! has_command chromium chromium-browser google-chrome; then missing+=("Chromium"); debian+=(chromium); fi
        if ! has_initdb; then missing+=("PostgreSQL server"); debian+=(postgresql); fi
        if ! has_command msgfmt; then missing+=("gettext"); debian+=(gettext); fi
        if ! has_command pdftotext; then missing+=("poppler"); debian+=(poppler-utils); fi
        if ! has_command certutil; then missing+=("NSS tools"); debian+=(libnss3-tools); fi
        if ! has_command java; then missing+=("Java"); debian+=(default-jre-headless); fi
        if ! has_command mvn; then missing+=("Maven"); debian+=(maven); fi
    fi
}

find_missing
[ ${#missing[@]} -eq 0 ] && exit 0

join() { local IFS=,; echo "${*}" | sed 's/,/, /g'; }
as_root=()
may_install=no
if has_command apt-get; then
    if [ "$(id -u)" = 0 ]; then
        may_install=yes
    elif has_command sudo && sudo -n true 2>/dev/null; then
        may_install=yes
        as_root=(sudo)
    fi
fi
if [ $may_install = yes ]; then
    echo "→ Installing $(join "${missing[@]}") with apt: ${debian[*]}"
    log=$(mktemp)
    if [[ " ${debian[*]} " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common ]; then
        # The tests make their own clusters: none need be started on this machine for good.
        "${as_root[@]}" mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    if ! { "${as_root[@]}" apt-get update -q &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold "${debian[@]}"; } >"$log" 2>&1; then
        echo "apt did not succeed; its last lines:" >&2
        tail -n 5 "$log" >&2
    fi
    rm -f "$log"
    find_missing
    [ ${#missing[@]} -eq 0 ] && exit 0
fi

{
    echo "Missing on this machine: $(join "${missing[@]}"). Install and run the command again:"
    [ "$purpose" = test ] && more=yes || more=no
    if has_command apt-get; then
        echo "  sudo apt-get install ${debian[*]}"
    elif has_command dnf; then
        echo "  sudo dnf install pango harfbuzz$([ $more = yes ] && echo ' chromium postgresql-server gettext poppler-utils nss-tools java-headless maven')"
    elif has_command pacman; then
        echo "  sudo pacman -S pango$([ $more = yes ] && echo ' chromium postgresql gettext poppler nss jre-openjdk-headless maven')"
    elif has_command brew; then
        echo "  brew install pango$([ $more = yes ] && echo ' postgresql gettext poppler nss openjdk maven && brew install --cask chromium')"
    else
        echo "  Debian's names are: ${debian[*]}; on Windows see https://doc.courtbouillon.org/weasyprint/stable/first_steps.html#windows"
    fi
} >&2
exit 1
