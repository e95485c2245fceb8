#!/usr/bin/env bash
# Installs what is missing, builds bitshed and runs the tests of the gate. The last line reads
# "N passed, N failed", with ", N skipped" behind it where tests were skipped.
#
#   ./test.sh             all tests but the slow ones
#   ./test.sh --nightly   all tests
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

selection=(--label-exclude slow)
case "${1-}" in
  "") ;;
  --nightly) selection=() ;;
  *)
    echo "test.sh: '$1' is no option; allowed: --nightly" >&2
    exit 2
    ;;
esac

give_up() {
  echo "test.sh: $1 failed" >&2
  echo "0 passed, 1 failed"
  exit 1
}

./setup.sh --tests || give_up "the set-up"
cmake --preset release >/dev/null || give_up "configuring the build"
cmake --build --preset release || give_up "the build"

results=$PWD/build/test_results.xml
rm -f "$results"
ctest --test-dir build --parallel "$(nproc)" --output-on-failure --progress \
  --output-junit "$results" "${selection[@]}"
status=$?

# CTest writes: <testsuite name="Linux-c++" tests="3" failures="0" disabled="0" skipped="0" ...
suite=$(tr '\n\t' '  ' <"$results" 2>/dev/null | grep -o '<testsuite [^>]*>' | head -n 1)
count() { [[ $suite =~ \ $1=\"([0-9]+)\" ]] && echo "${BASH_REMATCH[1]}" || echo 0; }
total=$(count tests)
failed=$(count failures)
skipped=$(($(count skipped) + $(count disabled)))
passed=$((total - failed - skipped))

# A run that tested nothing, or that ctest calls bad without naming a test, has failed.
if ((passed == 0 || (status != 0 && failed == 0))); then failed=$((failed > 0 ? failed : 1)); fi
line="$passed passed, $failed failed"
((skipped > 0)) && line+=", $skipped skipped"
echo "$line"
((failed == 0))
