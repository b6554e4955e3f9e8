# deja-storage with S3: a server that checks signatures.
. "$(dirname "$0")/lib.sh"
. "$SCRIPTS/storage/lib.sh"
storage_test s3
