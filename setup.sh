#!/usr/bin/env bash
# Installs what is missing: Debian packages, and the pinned tools into a virtual environment .venv.
# Does nothing, quickly, where all is there.
#
#   ./setup.sh           what building and running need
#   ./setup.sh --tests   what the tests need too
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

requirements=(requirements.txt)
for_tests=()
case "${1-}" in
  "") ;;
  --tests)
    requirements+=(requirements-test.txt)
    # A test that needs one of these says that it was skipped where it is missing.
    for_tests=(
      "slurm-wlm       /usr/sbin/slurmctld"
      "munge           /usr/sbin/munged"
    )
    ;;
  *)
    echo "setup.sh: '$1' is no option; allowed: --tests" >&2
    exit 2
    ;;
esac

# package, and what shows that it (or something as good) is there: a program or a header.
packages=(
  "ca-certificates /etc/ssl/certs/ca-certificates.crt"
  "g++             g++"
  "make            make"
  "cmake           cmake"
  "ninja-build     ninja"
  "python3         python3"
  "python3-venv    python3:ensurepip"
  "verilator       verilator"
  "iverilog        iverilog"
  "libfmt-dev      fmt/core.h"
  "libcli11-dev    CLI/CLI.hpp"
  "nlohmann-json3-dev nlohmann/json.hpp"
  "libboost-dev    boost/version.hpp"
  "catch2          catch2/catch.hpp"
  "libtomlplusplus-dev toml++/toml.h"
  "libsqlitecpp-dev SQLiteCpp/SQLiteCpp.h"
)

is_there() {
  case "$1" in
    /*) [[ -e $1 ]] ;;
    python3:*) [[ -e .venv/bin/python ]] || python3 -c "import ${1#*:}" 2>/dev/null ;;
    */*) [[ -e /usr/include/$1 || -e /usr/local/include/$1 ]] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

missing=()
for entry in "${packages[@]}" ${for_tests[@]+"${for_tests[@]}"}; do
  read -r package proof <<<"$entry"
  is_there "$proof" || missing+=("$package")
done

if ((${#missing[@]})); then
  echo "setup: missing packages: ${missing[*]}" >&2
  as_root=()
  if ((EUID != 0)); then as_root=(sudo); fi
  if ! command -v apt-get >/dev/null || { ((EUID != 0)) && ! command -v sudo >/dev/null; }; then
    echo "setup: this needs apt-get, and root or sudo. On Debian 12, as root:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 4
  fi
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

# A stamp a requirements file: its contents and the place of the checkout, since the programs of
# a virtual environment hold its absolute path.
stamp_of() { { pwd; cat "$1"; } | sha256sum; }
is_installed() {
  [[ -x .venv/bin/python && -e .venv/installed-$1 && $(<".venv/installed-$1") == "$(stamp_of "$1")" ]]
}

for file in "${requirements[@]}"; do
  is_installed "$file" && continue
  echo "setup: installing $file into .venv" >&2
  if [[ ! -x .venv/bin/python || $(cat .venv/made-in 2>/dev/null || pwd) != "$PWD" ]]; then
    python3 -m venv --clear .venv
    pwd >.venv/made-in
  fi
  .venv/bin/python -m pip install -q --disable-pip-version-check -r "$file"
  if [[ $file == requirements.txt ]]; then
    # The routers are WebAssembly and are compiled when first run: once, here, not in every job.
    for router in .venv/bin/yowasp-nextpnr-*; do
      YOWASP_CACHE_DIR=.venv/yowasp-cache "$router" --version >/dev/null 2>&1
    done
  fi
  stamp_of "$file" >".venv/installed-$file"
done
