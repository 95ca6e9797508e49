#!/usr/bin/env bash
# Run a command with a throw-away PostgreSQL cluster:   scripts/with_postgres.sh pytest tests/postgres
# The cluster lives in a temporary folder, listens on a socket there and nowhere else, and is stopped and removed whatever happens.
# The command finds it by MENTORING_DB (and PGHOST, PGUSER, PGDATABASE for psql). Its exit code is ours.
# It does not wait for the disk (fsync and synchronous_commit off): right for tests and for comparing code, wrong for data.
set -u
[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT…]" >&2; exit 2; }

bin=""
for candidate in $(compgen -G '/usr/lib/postgresql/*/bin' | sort -rV) "$(dirname "$(command -v initdb 2>/dev/null || echo /none/initdb)")"; do
    [ -x "$candidate/initdb" ] && { bin=$candidate; break; }
done
[ -n "$bin" ] || { echo "PostgreSQL's initdb was not found. Run scripts/system_packages.sh test" >&2; exit 1; }

folder=$(mktemp -d "${TMPDIR:-/tmp}/mentoring-pg-XXXXXX") # short: a socket's path may have 107 characters
as_owner=()
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
    id postgres >/dev/null 2>&1 || { echo "As root the cluster runs as the user postgres, who does not exist here." >&2; rm -rf "$folder"; exit 1; }
    chown postgres "$folder"
    as_owner=(runuser -u postgres --)
fi
chmod 700 "$folder"

stop() {
    trap - EXIT INT TERM
    (cd / && timeout 30 "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1)
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

options="-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"
if ! (cd / && timeout 60 "${as_owner[@]}" "$bin/initdb" -D "$folder/data" -U mentoring -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$folder.log" 2>&1 &&
    timeout 60 "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -o "$options" -w start >>"$folder.log" 2>&1 &&
    timeout 20 "${as_owner[@]}" "$bin/createdb" -h "$folder" -U mentoring mentoring >>"$folder.log" 2>&1); then
    echo "The PostgreSQL cluster did not start:" >&2
    tail -n 15 "$folder.log" "$folder/server.log" >&2 2>/dev/null
    rm -f "$folder.log"
    exit 1
fi
rm -f "$folder.log"
[ "$(id -u)" = 0 ] && chmod 711 "$folder" # so that a command run as another user reaches the socket

export PGHOST=$folder PGUSER=mentoring PGDATABASE=mentoring
export MENTORING_DB="postgresql://mentoring@/mentoring?host=$folder"
"$@"
