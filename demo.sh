#!/usr/bin/env bash
# From nothing to a judged, placed and routed unit: installs what is missing, builds bitshed,
# generates e4m3 x e4m3 with an exact accumulator, compares it with the golden model over every
# operand pair, places and routes it on an iCE40, and prints the report.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

./setup.sh
cmake --preset release >/dev/null
cmake --build --preset release --target bitshed

say() { printf '\n$ %s\n' "$*"; }
show() {
  say "$@"
  "$@"
}

out=build/demo
unit=$out/mac_e4m3_e4m3_exact
show build/bitshed gen 'e4m3*e4m3+exact' --out "$out"
show build/bitshed verify "$unit" --record
show build/bitshed synth "$unit" --target ice40-hx8k --record
show build/bitshed report "$out"
