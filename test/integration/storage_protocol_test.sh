# deja-storage: the helper protocol, byte by byte, and how the helper begins and ends.
. "$(dirname "$0")/lib.sh"
. "$SCRIPTS/storage/lib.sh"
storage_test protocol
