#!/bin/sh
# The main job on real input: runs each command as it shows it. BIN is the folder `siglum` is installed in.
set -eu
PATH="$(cd "${BIN:-.venv/bin}" && pwd):$PATH"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"

show() {
  if [ -t 1 ]; then printf "\n\033[1m$ %s\033[0m\n" "$1"; else printf "\n$ %s\n" "$1"; fi
  eval "$1"
}

show 'siglum run "filter even square sum" "[1,2,3,4]"'
show 'siglum build "sumsq xs:[i64] = xs filter even square sum" --emit so,h,exe -o out'
show 'ls -l out'
show './out/sumsq "[1,2,3,4]"'
show 'siglum run "sumsq xs:[i64] = xs square sum" "[3000000000,1,3000000000]" || echo "exit code $?"'
show 'siglum explain "sumsq xs:[i64] = xs filter even square sum" | head -n 48'
