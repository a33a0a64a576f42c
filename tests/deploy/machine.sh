#!/usr/bin/env bash
# A copy of this machine that nothing of this machine notices: its root is an overlay whose changes
# live in memory, in namespaces of its own. Needs root.
#
#   machine.sh hold FOLDER   mounts the copy at FOLDER/root, prints "ready" and waits to be killed
#   machine.sh boot FOLDER   inside the mount namespace of `hold` and new ones for processes, network
#                            and control groups: runs systemd as the copy's first process
set -euo pipefail

hold() {
  local folder="$1"
  mount -t tmpfs machine "$folder"
  mkdir "$folder/upper" "$folder/work" "$folder/root"
  mount -t overlay machine -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
  cd "$folder/root"
  # What belongs to this machine does not start in the copy; the journal is the exception.
  local units
  for units in etc/systemd/system lib/systemd/system; do
    find "$units" -path '*.wants/*' ! -name 'systemd-journald*' ! -type d -delete
  done
  rm -f usr/sbin/policy-rc.d
  mount -t proc proc proc
  mount -t tmpfs run run
  mount -t tmpfs dev dev
  local device
  for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
  done
  mkdir dev/shm
  ln -s pts/ptmx dev/ptmx
  echo ready
  exec sleep infinity
}

boot() {
  cd "$1/root"
  umount proc
  mount -t proc proc proc
  mount --bind proc/sys proc/sys
  mount -o remount,bind,ro proc/sys
  mount -t sysfs -o ro sys sys
  mount -t cgroup2 control sys/fs/cgroup
  : >"$1/console"
  touch dev/console
  mount --bind "$1/console" dev/console
  mkdir before
  pivot_root . before
  cd /
  umount --lazy before
  export container=quotes-test
  exec /lib/systemd/systemd --system --unit=multi-user.target </dev/null
}

case "${1-} $#" in
  "hold 2") hold "$2" ;;
  "boot 2") boot "$2" ;;
  *) echo "Usage: machine.sh hold|boot FOLDER" >&2; exit 2 ;;
esac
