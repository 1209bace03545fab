# Part of scripts/setup: the programs of PostgreSQL, pgBackRest and Redis.

# Sets `missing` (packages by Debian's names) and `postgres_version`. src/fleet/embedded/binaries.ts looks in the
# same places when the fleet starts.
find_programs() {
  missing=
  find_postgres || missing=postgresql
  on_path pgbackrest || missing="$missing pgbackrest"
  on_path redis-server || on_path valkey-server || missing="$missing redis-server"
  missing=${missing# }
}

on_path() {
  PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null
}

# A directory counts when it holds all of the server's programs: client packages have pg_basebackup only.
find_postgres() {
  postgres_version=
  newest=0
  bindir=$(pg_config --bindir 2>/dev/null || true)
  on_path_dir=$(dirname "$(command -v postgres || echo /nonexistent/postgres)")
  for directory in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
    /usr/local/opt/postgresql@*/bin "$bindir" "$on_path_dir"; do
    for program in initdb pg_ctl postgres pg_basebackup; do
      [ -x "$directory/$program" ] || continue 2
    done
    found=$("$directory/postgres" --version 2>/dev/null | sed 's/.*) \([0-9.]*\).*/\1/')
    [ "$(major_of "$found")" -gt "$newest" ] || continue
    newest=$(major_of "$found")
    postgres_version=$found
  done
  [ "$newest" -ge 15 ]
}

install_programs() {
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    problem "Missing on this machine: $missing"
    advise_programs
  fi
  begin
  quietly apt-get -q update || problem 'apt-get update failed; going on with the package lists there are'
  report 'package lists fetched'
  case " $missing " in *" postgresql "*) require_postgres_15 ;; esac
  begin
  installed_now=$missing
  # Neither Debian's own cluster nor its Redis service is wanted: the fleet runs servers of its own, as its own user.
  trap forbid_services_end EXIT
  trap 'exit 130' INT TERM
  forbid_services
  # shellcheck disable=SC2086 # several words on purpose
  DEBIAN_FRONTEND=noninteractive quietly apt-get -q -y -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends $missing || fail "apt-get install $missing failed; its output is above"
  forbid_services_end
  trap - EXIT INT TERM
  report "installed: $installed_now"
  install_hypopg
}

# With it the planner is asked what an index would change; without it advice goes by rules, so it is no condition.
install_hypopg() {
  find_postgres || return 0
  begin
  hypopg=postgresql-$(major_of "$postgres_version")-hypopg
  apt-cache show "$hypopg" >/dev/null 2>&1 || return 0
  DEBIAN_FRONTEND=noninteractive quietly apt-get -q -y -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends "$hypopg" || return 0
  report "installed: $hypopg (optional)"
}

# Servers that are watched beside PostgreSQL. Tests that find none of them say so and are left out.
install_test_programs() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  wanted=
  for package in pgbouncer clickhouse-server; do
    on_path $package && continue
    apt-cache show $package >/dev/null 2>&1 && wanted="$wanted $package"
  done
  [ -n "$wanted" ] || return 0
  begin
  trap forbid_services_end EXIT
  forbid_services
  # shellcheck disable=SC2086 # several words on purpose
  DEBIAN_FRONTEND=noninteractive quietly apt-get -q -y -o DPkg::Lock::Timeout=300 \
    install --no-install-recommends $wanted && report "installed for tests:$wanted"
  forbid_services_end
  trap - EXIT
}

advise_programs() {
  advise "apt-get update && sudo apt-get install --no-install-recommends $missing" \
    "dnf install $(renamed postgresql-server pgbackrest valkey)" \
    "brew install $(renamed postgresql@17 pgbackrest redis)"
}

# The missing packages under another system's names, given in the order PostgreSQL, pgBackRest, Redis.
renamed() {
  names=
  for package in $missing; do
    case $package in
      postgresql) names="$names $1" ;;
      pgbackrest) names="$names $2" ;;
      redis-server) names="$names $3" ;;
    esac
  done
  echo "${names# }"
}

# Debian 11 and Ubuntu 22.04 carry older ones; the PostgreSQL project's own archive has them all.
require_postgres_15() {
  candidate=$(apt-cache policy postgresql | sed -n 's/ *Candidate: \([0-9]*\).*/\1/p')
  [ "${candidate:-0}" -ge 15 ] && return
  problem "This release of the system offers PostgreSQL ${candidate:-none}; 15 or later is needed."
  problem 'The archive of the PostgreSQL project has it:'
  problem '  apt-get install -y postgresql-common'
  problem '  /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y'
  fail 'PostgreSQL 15 or later is not to be had from the configured package sources'
}

forbid_services() {
  cluster_file=/etc/postgresql-common/createcluster.d/sunday-setup.conf
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >$cluster_file
  policy_file=
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy_file=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\n# Made by the set-up of Sunday, and removed by it.\nexit 101\n' >$policy_file
    chmod 755 $policy_file
  fi
}

forbid_services_end() {
  rm -f "$cluster_file" ${policy_file:+"$policy_file"}
}
