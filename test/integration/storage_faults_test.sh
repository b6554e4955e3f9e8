# deja-storage: servers that fail, queued puts, signatures of entries.
. "$(dirname "$0")/lib.sh"
. "$SCRIPTS/storage/lib.sh"
storage_test faults
