#!/bin/sh
# Install microscore and its locked dependencies into an environment of its own.
#   install.sh TARGET DEST    TARGET: serve (the server alone) or jobs (training and audits too)
# Run in a folder that holds pyproject.toml, uv.lock and the packages. Needs uv on the PATH.
set -eu

target=${1:?serve or jobs}
destination=${2:?the folder to install into}
case $target in
serve) extra= ;;
jobs) extra='--extra=jobs' ;;
*) echo "install.sh: unknown target '$target', use serve or jobs" >&2 && exit 2 ;;
esac

# uv keeps wheels of local folders by the age of pyproject.toml alone: build ours anew.
# shellcheck disable=SC2086 # no extra is no argument
UV_PROJECT_ENVIRONMENT=$destination UV_PYTHON_DOWNLOADS=never \
  uv sync --quiet --frozen --no-editable --reinstall-package microscore $extra

# Made for this processor family where there is a compiler; else LightGBM explains the scores.
"$destination/bin/python" -I -m scoring.kernel

# The tests of libraries are a tenth of the image, and nobody runs them there.
find "$destination"/lib/python3.*/site-packages -type d -name tests -prune -exec rm -rf {} +

# Compiled now, as the root file system is read-only later; by hash, as images carry no clock.
"$destination/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash \
  "$destination"/lib/python3.*/site-packages
