#!/usr/bin/env bash
# Makes the table of results in README.md: generates, judges and measures each unit, then reports.
#
#   docs/readme_table.sh           prints it
#   docs/readme_table.sh --check   exits with 1 where README.md has another one
#   docs/readme_table.sh --write   puts it into README.md, between the lines that name this script
#
# BITSHED names another executable than build/bitshed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=${1-}
case "$mode" in
  "" | --check | --write) ;;
  *)
    echo "readme_table.sh: '$mode' is no option; allowed: --check, --write" >&2
    exit 2
    ;;
esac

begin='<!-- made by docs/readme_table.sh -->'
end='<!-- end of docs/readme_table.sh -->'
if ! grep -qxF -- "$begin" README.md || ! grep -qxF -- "$end" README.md; then
  echo "readme_table.sh: README.md lacks the lines between which the table stands" >&2
  exit 1
fi

bitshed=${BITSHED:-build/bitshed}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export XDG_CACHE_HOME=$out/cache

for format in e4m3 e5m2 e3m2 e2m3 e2m1 int8 int4; do
  "$bitshed" gen "$format*$format+exact" --out "$out/units" >/dev/null
  unit=$out/units/mac_${format}_${format}_exact
  "$bitshed" verify "$unit" --record --quiet >/dev/null
  for target in ice40-hx8k ecp5-25k; do
    "$bitshed" synth "$unit" --target "$target" --record --quiet >/dev/null
  done
done
"$bitshed" report "$out/units" --out "$out/report" >/dev/null

# The page without its title and picture, up to its first section.
table=$(sed -e '1,4d' -e '/^## /,$d' "$out/report/report.md")
with_table() {
  sed "\|^$begin\$|q" README.md
  printf '\n%s\n\n' "$table"
  sed -n "\|^$end\$|,\$p" README.md
}

case "$mode" in
  "") printf '%s\n' "$table" ;;
  --check) with_table | diff -u README.md - && echo "README.md has the table that the program makes" ;;
  --write)
    with_table >"$out/README.md"
    cat "$out/README.md" >README.md
    ;;
esac
