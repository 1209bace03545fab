# Part of scripts/setup: what it says, and how.

# Milliseconds; where date knows no %N (macOS), whole seconds.
now() {
  case $(date +%s%3N) in
    *N*) echo "$(date +%s)000" ;;
    *) date +%s%3N ;;
  esac
}

begin() { since=$(now); }

# One line for each thing that was done, with its time, in the columns of the fleet's own lines.
report() {
  tenths=$((($(now) - since) / 100))
  printf '%-58s %s.%s s\n' "$1" "$((tenths / 10))" "$((tenths % 10))"
}

problem() { printf '%s\n' "$*" >&2; }

fail() {
  problem "set-up failed: $*"
  exit 1
}

# The exact command for each family of systems, and the end.
advise() {
  printf '\nInstall what is missing, then run this again:\n' >&2
  printf '  Debian, Ubuntu:   sudo %s\n' "$1" >&2
  printf '  Fedora, RHEL:     sudo %s\n' "$2" >&2
  printf '  macOS, Homebrew:  %s\n' "$3" >&2
  exit 1
}

# Runs a noisy command; its output is shown only when it fails.
quietly() {
  output=$(mktemp)
  code=0
  "$@" >"$output" 2>&1 9<&- || code=$?
  [ $code = 0 ] || tail -n 40 "$output" >&2
  rm -f "$output"
  return $code
}

# "v20.20.2", "15.20 (Debian …)" -> 20, 15; 0 for anything else.
major_of() {
  version=${1#v}
  version=${version%%[!0-9]*}
  echo "${version:-0}"
}
