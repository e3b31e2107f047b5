#!/bin/sh
# Makes our images without a registry: stand-ins for their base images from Debian's packages and from the .NET SDK of this machine,
# and the images of both Dockerfiles. For machines that cannot pull images. `local-images.sh single` makes only the image of the single
# process. Then: podman-compose up -d, or docs/install.md
#
# Needs root, the .NET SDK and Debian's packages podman, runc, debootstrap and iptables. For podman-compose, podman's network needs a name
# server: the packages netavark and aardvark-dns. The script checks all of it first and says what is missing.
# Variables, all optional:
#   DEBIAN_MIRROR                where debootstrap fetches packages (default: http://deb.debian.org/debian)
#   NUGET_PACKAGES, RestoreAdditionalProjectSources   folders with packages, as the SDK uses them
set -eu
cd "$(dirname "$0")/.."

# Names everything that is missing at once, because the first failure would otherwise come after minutes.
packages=""
others=""
require() {
    for package in "$@"; do
        # podman's helpers are not on the PATH.
        command -v "$package" > /dev/null || [ -x "/usr/lib/podman/$package" ] || packages="$packages $package"
    done
}
lacks() {
    others="$others
  $1"
}
podman_uses() {
    podman info --format "{{.Host.$1}}" 2> /dev/null || true
}
[ "$(id -u)" = 0 ] || lacks "run the script as root"
command -v dotnet > /dev/null || lacks "install the .NET SDK"
require podman debootstrap iptables
if command -v podman > /dev/null; then
    # In hybrid mode the cgroups of version 2 are mounted inside version 1's.
    if [ "$(podman_uses OCIRuntime.Name)" = crun ] && [ -d /sys/fs/cgroup/unified ]; then
        require runc
        lacks 'write runtime="runc" under [engine] in /etc/containers/containers.conf: podman uses crun, which does not run with the
    cgroups of this machine, because they are in hybrid mode'
    fi
    if [ "${1:-}" != single ]; then
        require netavark aardvark-dns
        [ "$(podman_uses NetworkBackend)" = netavark ] \
            || lacks 'write network_backend="netavark" under [network] in /etc/containers/containers.conf: containers find each other by name'
    fi
fi
[ -z "$packages" ] || lacks "apt-get install$packages"
if [ -n "$others" ]; then
    echo "local-images.sh: this machine is not ready for it. What to do:$others" >&2
    exit 1
fi

mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
base=localhost/orleans-uploads-base:12
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The image of a stand-in: the base with its own entry point.
stand_in() {
    name=$1
    shift
    { echo "FROM $base"; cat; } > "$work/Dockerfile"
    podman build --quiet --tag "$name" "$@" --file "$work/Dockerfile" "$work"
}

# Debian with what all stand-ins need, and the runtime of .NET.
if ! podman image exists "$base"; then
    root=$work/root
    debootstrap --variant=minbase --include=ca-certificates,curl,wget,libicu72,postgresql,haproxy bookworm "$root" "$mirror" > "$work/debootstrap.log" \
        || { tail "$work/debootstrap.log" >&2; exit 1; }
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
    mkdir -p "$root/usr/share/dotnet"
    cp -r "$dotnet/dotnet" "$dotnet/host" "$dotnet/shared" "$root/usr/share/dotnet/"
    ln -s ../share/dotnet/dotnet "$root/usr/bin/dotnet"
    tar -C "$root" -c . | podman import --change "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" - "$base"
    rm -rf "$root"
fi
podman run --rm --network none "$base" true \
    || { echo "local-images.sh: podman cannot run a container on this machine; its message is above." >&2; exit 1; }

# The entry point of the official image, as far as docker-compose.yml uses it.
cat > "$work/docker-entrypoint.sh" <<'SCRIPT'
#!/bin/sh
set -eu
data=/var/lib/postgresql/data
if [ "$(id -u)" = 0 ]; then
    chown postgres "$data"
    exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
PATH=$(ls -d /usr/lib/postgresql/*/bin):$PATH
if ! [ -f "$data/PG_VERSION" ]; then
    initdb -D "$data" -U "$POSTGRES_USER" --auth-local=trust --auth-host=scram-sha-256 --pwfile="$POSTGRES_PASSWORD_FILE"
    echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
    pg_ctl -D "$data" -o "-c listen_addresses=" --wait start
    createdb --username "$POSTGRES_USER" "$POSTGRES_DB"
    pg_ctl -D "$data" --wait stop
fi
exec "$@" -D "$data" -c listen_addresses='*'
SCRIPT
chmod 755 "$work/docker-entrypoint.sh"
stand_in localhost/postgres:15.8 <<'DOCKERFILE'
COPY docker-entrypoint.sh /usr/local/bin/
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
DOCKERFILE
stand_in localhost/haproxy:3.0.5 <<'DOCKERFILE'
USER haproxy
STOPSIGNAL SIGUSR1
ENTRYPOINT ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"]
DOCKERFILE

# The build uses the SDK, the packages and the trusted certificates of this machine.
certificates=/etc/ssl/certs/ca-certificates.crt
volumes="--volume $dotnet:/usr/share/dotnet:ro --volume $certificates:$certificates:ro"
for folder in "${NUGET_PACKAGES:-}" "${RestoreAdditionalProjectSources:-}"; do
    [ -z "$folder" ] || volumes="$volumes --volume $folder:$folder"
done
environment=""
for name in NUGET_PACKAGES RestoreAdditionalProjectSources NoWarn NUGET_CERT_REVOCATION_MODE; do
    value=$(printenv "$name" || true)
    [ -z "$value" ] || environment="$environment
ENV $name=\"$value\""
done
echo "$environment" | stand_in localhost/orleans-uploads-build:12

build() {
    name=$1
    shift
    # shellcheck disable=SC2086 # A list of options. The format is the one that has health checks.
    podman build --format docker --network host $volumes --tag "localhost/orleans-uploads/$name:0.1.0" \
        --build-arg BUILD_IMAGE=localhost/orleans-uploads-build:12 \
        --build-arg RUNTIME_IMAGE="$base" "$@" .
}
build_of_cluster() {
    build "$1" --file deploy/Dockerfile --target "$1" \
        --build-arg POSTGRES_IMAGE=localhost/postgres:15.8
}
build single --file deploy/Dockerfile.single
if [ "${1:-}" != single ]; then
    build_of_cluster silo
    build_of_cluster postgres-schema
fi
podman images --filter reference='localhost/*'
