#!/usr/bin/env bash
# Installs what is missing: Debian packages, the pinned tools into a virtual environment .venv, and
# the scripts of the report's page into .assets.
# Does nothing, quickly, where all is there.
#
#   ./setup.sh           what building and running need
#   ./setup.sh --tests   what the tests need too
#   ./setup.sh --extra   the routers of further targets too (nexus-40, gatemate-a1)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

requirements=(requirements.txt)
for_tests=()
for option in "$@"; do
  case "$option" in
    --tests)
      requirements+=(requirements-test.txt)
      # A test that needs one of these says that it was skipped where it is missing.
      for_tests=(
        "slurm-wlm       /usr/sbin/slurmctld"
        "munge           /usr/sbin/munged"
      )
      ;;
    --extra) requirements+=(requirements-extra.txt) ;;
    *)
      echo "setup.sh: '$option' is no option; allowed: --tests, --extra" >&2
      exit 2
      ;;
  esac
done

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
  "opensta         sta"
  "libfmt-dev      fmt/core.h"
  "libcli11-dev    CLI/CLI.hpp"
  "nlohmann-json3-dev nlohmann/json.hpp"
  "libboost-dev    boost/version.hpp"
  "catch2          catch2/catch.hpp"
  "libtomlplusplus-dev toml++/toml.h"
  "libsqlitecpp-dev SQLiteCpp/SQLiteCpp.h"
  "libtorch-dev    ATen/ATen.h"
  "libonnx-dev     onnx/onnx_pb.h"
  "protobuf-compiler protoc"
  "zlib1g-dev      /usr/include/zlib.h"
  # LibTorch's products of matrices: the BLAS it comes with is twenty times slower.
  "libopenblas0-openmp /usr/lib/*/openblas-openmp/libopenblas.so.0"
  "dataset-fashion-mnist /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz"
)

is_there() {
  case "$1" in
    /*) compgen -G "$1" >/dev/null ;;
    python3:*) [[ -e .venv/bin/python ]] || python3 -c "import ${1#*:}" 2>/dev/null ;;
    */*) [[ -e /usr/include/$1 || -e /usr/local/include/$1 ]] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# Cell libraries of the asic targets: one file each out of Debian's packages. The packages themselves
# would bring 50 others along.
libraries=(osu018 osu035)
library_file() { echo ".venv/liberty/$1_stdcells.lib"; }
has_library() { [[ -s $(library_file "$1") || -s /usr/share/qflow/tech/$1/$1_stdcells.lib ]]; }

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

# The browser that looks at the report's page. Without it that one test is skipped, so a machine
# where it cannot be had is no reason to stop.
if [[ ${1-} == --tests ]] && { ! is_there chromium || ! is_there chromedriver; }; then
  as_root=()
  if ((EUID != 0)); then as_root=(sudo); fi
  echo "setup: missing packages: chromium chromium-driver" >&2
  { "${as_root[@]}" apt-get update -q && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends chromium chromium-driver; } ||
    echo "setup: no browser: the test of report.html is going to be skipped" >&2
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
  if [[ $file != requirements-test.txt ]]; then
    # The routers are WebAssembly and are compiled when first run: once, here, not in every job.
    for router in .venv/bin/yowasp-nextpnr-*; do
      YOWASP_CACHE_DIR=.venv/yowasp-cache "$router" --version >/dev/null 2>&1
    done
  fi
  stamp_of "$file" >".venv/installed-$file"
done

for library in "${libraries[@]}"; do
  has_library "$library" && continue
  echo "setup: fetching the cell library $library" >&2
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # Without them bitshed works but for the targets asic-*, which `bitshed doctor` tells.
  if (cd "$scratch" && apt-get download -q "qflow-tech-$library" >&2) &&
    dpkg-deb -x "$scratch"/qflow-tech-"$library"_*.deb "$scratch"; then
    mkdir -p .venv/liberty
    mv "$scratch/usr/share/qflow/tech/$library/${library}_stdcells.lib" "$(library_file "$library")"
  else
    echo "setup: qflow-tech-$library cannot be had: no target asic-$library" >&2
  fi
  rm -rf "$scratch"
done
# The archives of the npm registry, by version and sha512; of each the program and its licence. Where
# the registry is out of reach, reports have plots that stand still, and `bitshed report` says so.
stamp=.assets/installed
if [[ ! -e $stamp ]] || ! cmp -s requirements-page.txt "$stamp"; then
  echo "setup: fetching requirements-page.txt into .assets" >&2
  status=0
  .venv/bin/python - requirements-page.txt .assets <<'PYTHON' || status=$?
import base64, hashlib, io, os, sys, tarfile, urllib.request

pins, folder = sys.argv[1:]
with open(pins, encoding="ascii") as lines:
    packages = [line.split() for line in lines if line.strip() and not line.startswith("#")]
for name, version, integrity in packages:
    registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
    try:
        with urllib.request.urlopen(f"{registry}/{name}/-/{name}-{version}.tgz", timeout=60) as answer:
            archive = answer.read()
    except OSError as error:
        print(f"setup: {name} {version} cannot be had from {registry}: {error}", file=sys.stderr)
        sys.exit(75)  # try again later
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != integrity:
        sys.exit(f"setup: the archive of {name} {version} has {found}, not {integrity}")
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member, target in ((f"package/build/{name}.min.js", f"{name}.min.js"),
                               ("package/LICENSE", "LICENSE")):
            place = os.path.join(folder, name, target)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place + ".new", "wb") as file:
                file.write(members.extractfile(member).read())
            os.replace(place + ".new", place)
PYTHON
  case $status in
    0) cp requirements-page.txt "$stamp" ;;
    75) ;;
    *) exit "$status" ;;
  esac
fi
