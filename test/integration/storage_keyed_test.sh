# deja-storage: Redis and memcached.
. "$(dirname "$0")/lib.sh"
. "$SCRIPTS/storage/lib.sh"
needs openssl
command -v redis-server >/dev/null || command -v memcached >/dev/null || skip "there is neither Redis nor memcached"
storage_test keyed_servers
