# deja-storage with real servers of HTTP.
. "$(dirname "$0")/lib.sh"
. "$SCRIPTS/storage/lib.sh"
needs nginx openssl
storage_test http_servers
