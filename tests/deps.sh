#!/bin/sh
# deps.sh build|test - installs with apt what is missing; says nothing where nothing is.
# Root is used through sudo where it is needed. Packages are asked for by name, once.
set -eu
build='gcc libc6-dev make pkg-config libyara-dev libxml2-dev libarchive-dev libcjson-dev libssl-dev'
# perl: prove; libevtx-utils and python3-evtx: independent readers to compare with.
tests="libcmocka-dev perl jq openssl tzdata zstd libarchive-tools unzip p7zip-full libxml2-utils poppler-utils libevtx-utils python3-evtx valgrind"
lint='clang clang-tidy clang-format cppcheck'
browser='chromium'
case "${1:-build}" in
build) want=$build ;;
test) want="$build $tests $browser" ;;
lint) want="$build $lint" ;;
fuzz) want="$build clang libclang-rt-dev" ;;
*) echo "deps.sh: build, test, lint or fuzz" >&2; exit 2 ;;
esac
missing=
for p in $want; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "deps.sh: not a Debian system; install these by hand:$missing" >&2
    exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "deps.sh: run as root or install sudo; missing:$missing" >&2; exit 1; }
    sudo=sudo
fi
echo "installing:$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "deps.sh: apt could not install:$missing" >&2
    exit 1
fi
