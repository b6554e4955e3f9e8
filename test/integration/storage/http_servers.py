# HTTP with real servers: WebDAV by nginx and Apache, TLS, HTTP/2, credentials, a proxy's and a socket's way.
import base64
import os

from world import *

value = os.urandom(30_000)


def round_trip(client, what, number=1):
    equal(client.get(key(number)), None, f"{what}: get of what is not there")
    equal(client.put(key(number), value), True, f"{what}: put")
    equal(client.get(key(number)), value, f"{what}: get")
    equal(client.exists(key(number)), True, f"{what}: exists")
    equal(client.remove(key(number)), True, f"{what}: remove")
    equal(client.get(key(number)), None, f"{what}: get of what was removed")


port = free_port()
server, root = nginx(port)
url = f"http://127.0.0.1:{port}/cache"
for layout, path in (("subdirs", f"01/{key(1).hex()[2:]}"), ("flat", key(1).hex()), ("bazel", "ac/" + (key(1).hex() * 2)[:64])):
    client = Helper(url, f"layout={layout}").client()
    round_trip(client, layout)
    client.put(key(1), value)
    check(os.path.exists(f"{root}/files/cache/{path}"), f"{layout}: no file {path}")
    client.stop()
log = [line.split() for line in open(f"{root}/log")]
equal(len({line[3] for line in log}), 3, "connections of three helpers")

# A name that is not there, and a proxy that is.
refusal(lambda: Helper("http://somewhere.invalid/cache").client().get(KEY), "GET http://somewhere.invalid/cache/00/")
equal(Helper("http://somewhere.invalid/cache", f"proxy=http://127.0.0.1:{port}").client().put(KEY, b"x"), True, "put through a proxy")
stop_server(server)

# TLS with a private authority and HTTP/2; a client certificate; Basic, netrc, bearer token and headers.
tls = certificates()
secure = free_port()
accounts = write("accounts", "me:{PLAIN}s@cret\n")
asked = f"ssl_certificate {tls}/server.crt; ssl_certificate_key {tls}/server.key; ssl_client_certificate {tls}/ca.crt; ssl_verify_client optional; listen unix:{TOP}/n.sock;"
limits = f"auth_basic test; auth_basic_user_file {accounts};"
server, root = nginx(secure, limits, asked)
url = f"https://localhost:{secure}/cache"
refusal(lambda: Helper(url).client().get(KEY), "certificate")
client = Helper(url, f"ca={tls}/ca.crt").client()
refusal(lambda: client.get(KEY), "401", "credentials")
with_user = url.replace("https://", "https://me:s%40cret@")
client = Helper(with_user, f"ca={tls}/ca.crt").client()
round_trip(client, "TLS and Basic")
equal({line.split()[-1] for line in open(f"{root}/log")}, {"HTTP/2.0"}, "version of HTTP")
netrc = write("netrc", "machine localhost login me password s@cret\n")
round_trip(Helper(url, f"ca={tls}/ca.crt", f"netrc-file={netrc}").client(), "netrc")
write("home/.netrc", "machine localhost login me password s@cret\n") if os.path.isdir(f"{TOP}/home") else None
round_trip(Helper(url, f"ca={tls}/ca.crt", "use-netrc").client(), "netrc of the home")
header = "header=Authorization=Basic " + base64.b64encode(b"me:s@cret").decode()
round_trip(Helper(url, f"ca={tls}/ca.crt", header).client(), "a header")
round_trip(Helper(with_user.replace("https:", "http:"), f"unix-socket={TOP}/n.sock", "header=X=y").client(), "a unix socket")
stop_server(server)

server, root = nginx(secure, "if ($ssl_client_verify != SUCCESS) { return 403; }", asked.replace(f"listen unix:{TOP}/n.sock;", ""))
refusal(lambda: Helper(url, f"ca={tls}/ca.crt").client().get(KEY), "403")
round_trip(Helper(url, f"ca={tls}/ca.crt", f"client-certificate={tls}/client.crt", f"client-key={tls}/client.key").client(), "a client certificate")
stop_server(server)
refusal(lambda: Helper(url, f"ca={tls}/ca.crt").client().get(KEY), "onnect")

# Apache answers 409 where the folder is missing: it is made. It keeps what is there when asked to.
if have("apache2"):
    port = free_port()
    os.makedirs(f"{TOP}/dav")
    modules = "/usr/lib/apache2/modules"
    loaded = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in ("mpm_event", "authz_core", "dav", "dav_fs"))
    configuration = write("apache.conf", f"""
ServerName localhost
ServerRoot {TOP}
Listen 127.0.0.1:{port}
PidFile {TOP}/apache.pid
ErrorLog {TOP}/apache.errors
{loaded}
DavLockDB {TOP}/dav.lock
DocumentRoot {TOP}/dav
<Directory {TOP}/dav>
  Dav On
  Require all granted
</Directory>
""")
    os.chmod(TOP, 0o755)
    os.chmod(f"{TOP}/dav", 0o777)
    start_server([have("apache2"), "-f", configuration, "-DFOREGROUND"], port)
    for layout in ("subdirs", "flat", "bazel"):
        client = Helper(f"http://127.0.0.1:{port}/deep/{layout}", f"layout={layout}").client()
        if layout == "subdirs":
            refusal(lambda: client.put(key(1), value), "409")
            os.mkdir(f"{TOP}/dav/deep")
            os.chmod(f"{TOP}/dav/deep", 0o777)
        round_trip(client, f"Apache, {layout}")
        equal(client.put(key(2), b"first"), True, "put")
        equal(client.put(key(2), b"second", overwrite=False), False, "put that keeps")
        equal(client.get(key(2)), b"first", "what was kept")
