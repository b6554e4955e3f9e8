# Redis by TCP, TLS and a unix socket, and memcached.
import os

from world import *

value = bytes(range(256)) * 100


def round_trip(client, what, most=None):
    equal(client.get(key(1)), None, f"{what}: get of what is not there")
    equal(client.exists(key(1)), False, f"{what}: exists")
    equal(client.put(key(1), value), True, f"{what}: put")
    equal(client.get(key(1)), value, f"{what}: get")
    equal(client.exists(key(1)), True, f"{what}: exists")
    equal(client.put(key(1), b"other", overwrite=False), False, f"{what}: put that keeps")
    equal(client.get(key(1)), value, f"{what}: get of what was kept")
    equal(client.put(key(1), b"other"), True, f"{what}: put again")
    equal(client.get(key(1)), b"other", f"{what}: get of the new value")
    equal(client.remove(key(1)), True, f"{what}: remove")
    equal(client.remove(key(1)), False, f"{what}: remove of what is not there")
    equal(client.get(key(1)), None, f"{what}: get of what was removed")


def redis(port, *more):
    return start_server(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", TOP, *more], port)


def ask(port, *words):
    return subprocess.run(["redis-cli", "-p", str(port), *words], capture_output=True, text=True).stdout.strip()


def test_redis():
    port, secure = free_port(), free_port()
    tls = certificates()
    server = redis(port, "--unixsocket", f"{TOP}/redis.sock", "--tls-port", str(secure), "--tls-cert-file", f"{tls}/server.crt",
                   "--tls-key-file", f"{tls}/server.key", "--tls-ca-cert-file", f"{tls}/ca.crt", "--tls-auth-clients", "optional")
    helper = Helper(f"redis://127.0.0.1:{port}")
    client = helper.client()
    round_trip(client, "Redis")
    client.put(key(2), value)
    equal(ask(port, "keys", "*"), "ccache:" + key(2).hex(), "the name of an entry")
    equal(ask(port, "ttl", "ccache:" + key(2).hex()), "-1", "expiry")
    many = [helper.client() for _ in range(40)]
    for one in many:
        one.send(0, key(2))
    for one in many:
        equal((one.status(), one.value()), (0, value), "one of many clients")
    ask(port, "client", "kill", "type", "normal")
    equal(client.get(key(2)), value, "get after the server closed the connection")

    client = Helper(f"redis://localhost:{port}/3", "expiry=1h", "prefix=mine:").client()
    round_trip(client, "Redis, database 3")
    client.put(key(2), value)
    equal(ask(port, "-n", "3", "keys", "*"), "mine:" + key(2).hex(), "the name with a prefix, in a database")
    check(3500 < int(ask(port, "-n", "3", "ttl", "mine:" + key(2).hex())) <= 3600, "expiry")
    round_trip(Helper(f"redis+unix:{TOP}/redis.sock").client(), "Redis by a socket")
    client = Helper(f"redis+unix:{TOP}/redis.sock?db=5").client()
    client.put(key(2), value)
    equal(ask(port, "-n", "5", "dbsize"), "1", "database by the socket")
    round_trip(Helper(f"rediss://localhost:{secure}", f"ca={tls}/ca.crt").client(), "Redis by TLS")
    round_trip(Helper(f"rediss://127.0.0.1:{secure}", f"ca={tls}/ca.crt", f"client-certificate={tls}/client.crt", f"client-key={tls}/client.key").client(), "Redis by TLS, with a certificate")
    refusal(lambda: Helper(f"rediss://localhost:{secure}").client().get(KEY), "certificate")
    refusal(lambda: Helper(f"rediss://localhost:{port}", f"ca={tls}/ca.crt", "connect-timeout=300ms").client().get(KEY), "timed out")

    ask(port, "config", "set", "requirepass", "s3:cret")
    refusal(lambda: Helper(f"redis://127.0.0.1:{port}").client().get(KEY), "NOAUTH")
    refusal(lambda: Helper(f"redis://wrong@127.0.0.1:{port}").client().get(KEY), "WRONGPASS")
    round_trip(Helper(f"redis://s3%3acret@127.0.0.1:{port}").client(), "Redis with a password")
    round_trip(Helper(f"redis://default:s3%3acret@127.0.0.1:{port}").client(), "Redis with a user")
    ask(port, "-a", "s3:cret", "config", "set", "maxmemory", "1")
    refusal(lambda: Helper(f"redis://s3%3acret@127.0.0.1:{port}").client().put(KEY, value), "OOM")
    stop_server(server)


def test_memcached():
    port = free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    server = start_server(["memcached", *user, "-l", "127.0.0.1", "-p", str(port), "-m", "64"], port)
    client = Helper(f"memcached://127.0.0.1:{port}", "expiry=1h").client()
    round_trip(client, "memcached")
    refusal(lambda: client.put(key(2), bytes(3_000_000)), "too large")
    round_trip(client, "memcached after an entry that was too large")
    refusal(lambda: client.put(bytes(200), value), "too long")
    stop_server(server)


if have("redis-server"):
    test_redis()
if have("memcached"):
    test_memcached()
