# host.sh - the real PowerShell for end-to-end tests. Sourced after tap.sh.
#
# powershell_host: builds the thin host into $BUILD/powershell once and names it in POWERSHELL_HOST. False: there
# is none, which has been said loudly (with CI=true: as a failure), and the caller leaves its tests out.
: "${BUILD:=$ROOT/build}"
POWERSHELL_HOST=$BUILD/powershell/out/host

powershell_host() {
    local sources=$ROOT/tests/powershell
    if ! command -v dotnet >/dev/null 2>&1; then
        local lacks="NOT PROVEN by the real PowerShell engine: put the .NET SDK 10 (dotnet) on PATH"
        if [ "${CI:-}" = true ]; then
            ok "$lacks" false
        else
            echo "# ==== $lacks ====" >&2
            skip "real PowerShell" "$lacks"
        fi
        return 1
    fi
    mkdir -p "$BUILD/powershell"
    ok "the PowerShell host builds" flock "$BUILD/powershell/lock" dotnet build "$sources/host.csproj" -c Release \
        -v quiet --nologo -o "$BUILD/powershell/out" -p:BaseIntermediateOutputPath="$BUILD/powershell/obj/"
    [ -x "$POWERSHELL_HOST" ]
}
