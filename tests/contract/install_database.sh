#!/usr/bin/env bash
# Installs PostgreSQL for the tests of several machines when it is missing.
set -euo pipefail

has_postgres() { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; }

if ! has_postgres >/dev/null 2>&1; then
  sudo=""
  if [ "$(id -u)" -ne 0 ]; then sudo="sudo -n"; fi
  if command -v apt-get >/dev/null; then
    echo "Installing PostgreSQL for the tests of several machines ..."
    # The tests start a server of their own; the package must not start one.
    $sudo apt-get update -qq </dev/null || true
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
      postgresql-common </dev/null >/dev/null || true
    echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf \
      >/dev/null || true
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
      postgresql </dev/null >/dev/null || true
  fi
fi
has_postgres >/dev/null 2>&1 || {
  echo "No database for the tests. Install the system package 'postgresql' (as root:" >&2
  echo "apt-get install postgresql), then run make test again." >&2
  exit 1
}
