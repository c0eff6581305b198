#!/bin/bash
# Installs what is missing of the named groups of scripts/packages.txt (default: build). Does nothing, and needs no rights
# and no network, when all is there. Prints what it will install before it does, once.
# usage: install_packages.sh [--dry-run] [build|demo|test|lint|bench]...
set -euo pipefail
list=$(dirname "${BASH_SOURCE[0]}")/packages.txt
# Mirrors are sometimes mid-update for a minute; package tools then fail for no fault of ours.
attempts=4
pause_seconds=10

dry_run=no
if [[ ${1:-} == --dry-run ]]; then
  dry_run=yes
  shift
fi
(($# > 0)) || set -- build

packages_of() { # GROUP
  grep -qx "\[$1\]" "$list" || {
    echo "install_packages: no group '$1' in ${list}" >&2
    return 2
  }
  awk -v group="[$1]" '/^\[/ {inside = ($0 == group); next} /^#/ || NF == 0 {next} inside {print $1}' "$list"
}

is_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

retry() {
  local attempt
  for ((attempt = 1; attempt <= attempts; attempt++)); do
    "$@" && return 0
    ((attempt < attempts)) && echo "install_packages: '$*' failed, trying again in ${pause_seconds} s" >&2 && sleep "$pause_seconds"
  done
  return 1
}

command -v dpkg-query >/dev/null || {
  echo "install_packages: this is no Debian; install the counterparts of ${list} by hand" >&2
  exit 2
}

missing=()
for group in "$@"; do
  group_packages=$(packages_of "$group")
  while read -r package; do
    if [[ " ${missing[*]} " != *" $package "* ]] && ! is_installed "$package"; then missing+=("$package"); fi
  done <<<"$group_packages"
done
if ((${#missing[@]} == 0)); then exit 0; fi

echo "install_packages: installing ${#missing[@]} Debian packages: ${missing[*]}"
if [[ $dry_run == yes ]]; then exit 0; fi
as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || {
    echo "install_packages: neither root nor sudo; ask an administrator for: apt-get install ${missing[*]}" >&2
    exit 2
  }
  as_root=(sudo)
fi
retry "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
retry "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
