#!/bin/sh
# Makes the secrets of docker-compose.yml in deploy/secrets, once, and prints the key pair. What is there stays.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

# The folder is for its owner only; the files in it are read by the containers' own users.
random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }
if [ ! -e secrets/keys.json ]; then
    password=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
    printf '%s' "$password" > secrets/postgres-password
    printf 'Host=postgres;Database=uploads;Username=uploads;Password=%s;Maximum Pool Size=50' "$password" > secrets/connection-string
    accessKey=OU$(head -c 256 /dev/urandom | base64 | tr -dc 'A-Z2-7' | cut -c 1-18)
    secretKey=$(random 30)
    printf '{"keys":[{"accessKeyId":"%s","secretAccessKey":"%s","account":"000000000001","createdAt":"%s"}]}\n' \
        "$accessKey" "$secretKey" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > secrets/keys.json
    chmod 644 secrets/*
fi

sed -nE 's/.*"accessKeyId":"([^"]*)","secretAccessKey":"([^"]*)".*/export AWS_ACCESS_KEY_ID=\1 AWS_SECRET_ACCESS_KEY=\2 AWS_DEFAULT_REGION=us-east-1/p' secrets/keys.json
