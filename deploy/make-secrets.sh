#!/bin/sh
# Makes the secrets of docker-compose.yml in deploy/secrets, once, and prints the key pair. What is there stays. Needs openssl.
# To renew a certificate, delete its .crt file and run this again: the silos read the new one within two seconds.
# For a program that may call the grains: deploy/make-secrets.sh NODE. Its certificate is trusted like a silo's.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

# The folder is for its owner only; the files in it are read by the containers' own users.
access_key() { echo "OU$(head -c 256 /dev/urandom | base64 | tr -dc 'A-Z2-7' | cut -c 1-18)"; }
random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
if [ ! -e secrets/keys.json ]; then
    password=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
    printf '%s' "$password" > secrets/postgres-password
    printf 'Host=postgres;Database=uploads;Username=uploads;Password=%s;Maximum Pool Size=50' "$password" > secrets/connection-string
    accessKey=$(access_key)
    secretKey=$(random 30)
    printf '{"keys":[{"accessKeyId":"%s","secretAccessKey":"%s","account":"000000000001","createdAt":"%s"}]}\n' \
        "$accessKey" "$secretKey" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > secrets/keys.json
    chmod 644 secrets/*
fi

# The key pair of the S3 store, as the SDK of AWS reads it.
if [ ! -e secrets/parts-credentials ]; then
    printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' \
        "$(access_key)" "$(random 30)" > secrets/parts-credentials
    chmod 644 secrets/parts-credentials
fi

command -v openssl > /dev/null || { echo "make-secrets.sh: openssl is not installed. Install it; it makes the certificates." >&2; exit 2; }

# The authority of the cluster. Its key is for this script only; the silos get what is in secrets/tls, and a program what is in its folder.
authority=secrets/authority
mkdir -p "$authority" secrets/tls
chmod 755 secrets/tls
if [ ! -e "$authority/authority.crt" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 3650 -subj '/CN=orleans-uploads authority' \
        -addext 'keyUsage=critical,keyCertSign' -keyout "$authority/authority.key" -out "$authority/authority.crt" 2> /dev/null
fi

# issue FOLDER SUBJECT EXTENSIONS: a key and a certificate, and the certificate of the authority next to them.
issue() {
    cp "$authority/authority.crt" "$1/authority.crt"
    if [ ! -e "$1/tls.crt" ]; then
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$1/tls.key.new" -out "$1/request" 2> /dev/null
        printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n%s\n' "$3" > "$1/extensions"
        openssl x509 -req -sha256 -days 365 -in "$1/request" -extfile "$1/extensions" -out "$1/tls.crt.new" \
            -CA "$authority/authority.crt" -CAkey "$authority/authority.key" -set_serial "0x$(openssl rand -hex 16)" 2> /dev/null
        rm "$1/request" "$1/extensions"
        mv "$1/tls.key.new" "$1/tls.key"
        mv "$1/tls.crt.new" "$1/tls.crt"
    fi
    chmod 644 "$1"/*
}

issue secrets/tls '/CN=orleans-uploads silo' \
    'extendedKeyUsage=serverAuth,clientAuth
subjectAltName=DNS:orleans-uploads-silo'
node=${1:-}
case $node in
    '') ;;
    *[!A-Za-z0-9._-]*) echo "make-secrets.sh: '$node' is not a name. Use letters, digits, dots, hyphens and underscores." >&2 && exit 2 ;;
    *) mkdir -p "secrets/nodes/$node" && issue "secrets/nodes/$node" "/CN=$node" 'extendedKeyUsage=clientAuth' ;;
esac

sed -nE 's/.*"accessKeyId":"([^"]*)","secretAccessKey":"([^"]*)".*/export AWS_ACCESS_KEY_ID=\1 AWS_SECRET_ACCESS_KEY=\2 AWS_DEFAULT_REGION=us-east-1/p' secrets/keys.json
