#!/usr/bin/env bash
# Installs Chromium and a font for the browser tests when they are missing.
set -euo pipefail

has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

if ! has_browser >/dev/null; then
  sudo=""
  if [ "$(id -u)" -ne 0 ]; then sudo="sudo -n"; fi
  if command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests ..."
    $sudo apt-get update -qq </dev/null || true
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends \
      chromium fonts-dejavu-core </dev/null >/dev/null || true
  fi
fi
has_browser >/dev/null || {
  echo "No browser for the tests. Install the system package 'chromium' (as root:" >&2
  echo "apt-get install chromium fonts-dejavu-core), then run make test again." >&2
  exit 1
}
