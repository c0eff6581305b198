#!/bin/bash
# scripts/install_packages.sh with stand-ins for dpkg-query, apt-get, sudo and id: does nothing when all is there, installs
# exactly what is missing, tries again after a failing mirror, and says what to do without rights.
# usage: install_packages_test.sh REPOSITORY
set -euo pipefail
script=$1/scripts/install_packages.sh
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "${work}/bin"
export CALLS=${work}/calls INSTALLED=${work}/installed FAIL_FIRST=${work}/fail_first FAKE_UID=0

fake() { # NAME, body from stdin
  { echo '#!/bin/bash' && cat; } >"${work}/bin/$1"
  chmod +x "${work}/bin/$1"
}
fake dpkg-query <<'BODY'
grep -qx "${@: -1}" "$INSTALLED" && printf installed || exit 1
BODY
fake apt-get <<'BODY'
echo "$*" >>"$CALLS"
if [[ -e $FAIL_FIRST ]]; then rm "$FAIL_FIRST" && exit 100; fi
BODY
fake sudo <<'BODY'
echo "sudo" >>"$CALLS" && exec "$@"
BODY
fake id <<'BODY'
echo "$FAKE_UID"
BODY
fake sleep <<'BODY'
BODY

run() { PATH="${work}/bin:/usr/bin:/bin" "$script" "$@" >"${work}/out" 2>&1; }
reset() { # PACKAGES that count as installed
  : >"$CALLS"
  printf '%s\n' "$@" >"$INSTALLED"
}
expect() { # FACT COMMAND...
  local fact=$1
  shift
  if "$@"; then
    echo "ok: ${fact}"
  else
    echo "FAILED: ${fact}" >&2
    cat "${work}/out" "$CALLS" >&2
    failures=$((failures + 1))
  fi
}
calls_match() { grep -Eq "$1" "$CALLS"; }
fails_with_usage() {
  local code=0
  run "$@" || code=$?
  ((code == 2))
}

reset clang-format clang-tidy shellcheck
expect "all there: succeeds" run lint
expect "all there: calls nothing" [ ! -s "$CALLS" ]

reset clang-format shellcheck
expect "one missing: succeeds" run lint
expect "one missing: installs that one" calls_match '^install .* clang-tidy$'
expect "the list is refreshed first" grep -q '^update' <(head -n 1 "$CALLS")
expect "root needs no sudo" [ "$(grep -c sudo "$CALLS")" -eq 0 ]
expect "it says what it installs" grep -q 'installing 1 Debian packages: clang-tidy' "${work}/out"

reset clang-format shellcheck
expect "a user installs" env FAKE_UID=1000 PATH="${work}/bin:/usr/bin:/bin" "$script" lint
expect "a user goes through sudo" calls_match '^sudo$'

reset clang-format shellcheck
touch "$FAIL_FIRST"
expect "a mirror that fails once" run lint
expect "is asked again" [ "$(grep -c '^update' "$CALLS")" -eq 2 ]

reset
expect "a dry run succeeds" run --dry-run build test
expect "a dry run calls nothing" [ ! -s "$CALLS" ]
expect "an unknown group is a usage error" fails_with_usage nonsense
((failures == 0))
