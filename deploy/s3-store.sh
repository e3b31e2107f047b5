#!/bin/sh
# The single process of this project as an S3 store for silos. Its key pair is in a credentials file, as the SDK of AWS reads it, so
# the store and the silos have it from one place. local-cluster.sh and docker-compose.override.yml use this script.
#
#   s3-store.sh run CREDENTIALS PROGRAM...   runs a program, "orleans-uploads serve", with this key pair
#   s3-store.sh bucket CREDENTIALS URL       creates a bucket, unless it exists; needs curl
set -eu

id=$(sed -n 's/^aws_access_key_id *= *//p' "$2")
secret=$(sed -n 's/^aws_secret_access_key *= *//p' "$2")
case $1 in
    run)
        shift 2
        export ORLEANSUPLOADS_ACCESS_KEY_ID="$id" ORLEANSUPLOADS_SECRET_ACCESS_KEY="$secret"
        exec "$@"
        ;;
    bucket)
        # curl reads the key pair from standard input, so that the list of processes does not show it.
        printf 'user = "%s:%s"\n' "$id" "$secret" | curl --config - --silent --show-error --fail \
            --retry 60 --retry-connrefused --retry-delay 1 \
            --aws-sigv4 aws:amz:us-east-1:s3 --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --request PUT "$3"
        ;;
    *)
        echo "s3-store.sh: '$1' is not a command. The head of this script lists them." >&2
        exit 2
        ;;
esac
