# Sourced. use_memory KB: temporary files go to /dev/shm when so much is free there and in memory, and programs may be
# executed from it; else, and where TMPDIR is set, everything stays as it is.
use_memory() {
  [ -z "${TMPDIR:-}" ] || return 0
  free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
  available=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo 2>/dev/null)
  if [ "${free:-0}" -ge "$1" ] && [ "${available:-0}" -ge "$1" ] && [ -w /dev/shm ] &&
    ! grep -q '^[^ ]* /dev/shm .*noexec' /proc/mounts; then
    TMPDIR=/dev/shm
    export TMPDIR
  fi
}
