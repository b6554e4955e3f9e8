# S3: a small server that checks every signature, by code of its own.
import datetime
import hashlib
import hmac
import os
import urllib.parse

from bad_server import BadServer, reply
from world import *

KEYS = {"AKIDONE": "secret/one+", "AKIDTWO": "secret two"}
entries = {}
refusals = []


def digest(key, text):
    return hmac.digest(key, text.encode(), "sha256")


def complaint(method, target, headers, body):
    """What is wrong with a request's signature; None: it is right."""
    authorization = headers.get("authorization", "")
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        return "AccessDenied"
    fields = dict(part.split("=", 1) for part in authorization[17:].split(", "))
    who, day, region, service, end = fields["Credential"].split("/")
    if who not in KEYS:
        return "InvalidAccessKeyId"
    time = headers["x-amz-date"]
    age = datetime.datetime.utcnow() - datetime.datetime.strptime(time, "%Y%m%dT%H%M%SZ")
    if abs(age.total_seconds()) > 900 or not time.startswith(day):
        return "RequestTimeTooSkewed"
    if headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
        return "XAmzContentSHA256Mismatch"
    names = fields["SignedHeaders"].split(";")
    if names != sorted(names) or not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names):
        return "SignatureDoesNotMatch"
    path, _, query = target.partition("?")
    path = urllib.parse.quote(urllib.parse.unquote(path), safe="/-._~")
    canonical = "\n".join([method, path, query, *(f"{name}:{headers[name]}" for name in names), "", ";".join(names), headers["x-amz-content-sha256"]])
    text = "\n".join(["AWS4-HMAC-SHA256", time, f"{day}/{region}/{service}/{end}", hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + KEYS[who]).encode()
    for part in (day, region, service, end):
        key = digest(key, part)
    if (region, service, end) != ("here-1", "s3", "aws4_request"):
        return "AuthorizationHeaderMalformed"
    return None if hmac.new(key, text.encode(), "sha256").hexdigest() == fields["Signature"] else "SignatureDoesNotMatch"


def answer(method, target, body):
    headers = server.requests[-1][2]
    wrong = complaint(method, target, headers, body)
    host = headers["host"].partition(":")[0]
    name = target if host == "127.0.0.1" else "/" + host.partition(".")[0] + target
    if wrong is None and "/secret-" in name:
        wrong = "AccessDenied"
    if wrong:
        refusals.append(wrong)
        return reply(403, f"<Error><Code>{wrong}</Code></Error>".encode())
    if method == "PUT":
        if headers.get("if-none-match") == "*" and name in entries:
            return reply(412)
        entries[name] = body
        return reply(200)
    if method == "DELETE":
        entries.pop(name, None)
        return reply(204)
    if name not in entries:
        return reply(404) if method == "HEAD" else reply(404, b"<Error><Code>NoSuchKey</Code></Error>")
    return reply(200, entries[name] if method == "GET" else b"")


server = BadServer(answer)
value = os.urandom(20_000)
place = f"endpoint=http://127.0.0.1:{server.port}"
one = ("access-key-id=AKIDONE", "secret-access-key=secret/one+", "region=here-1")


def round_trip(client, what, name):
    equal(client.get(key(1)), None, f"{what}: get of what is not there")
    equal(client.put(key(1), value), True, f"{what}: put")
    equal(entries.get(name), value, f"{what}: the object {name}")
    equal(client.get(key(1)), value, f"{what}: get")
    equal(client.exists(key(1)), True, f"{what}: exists")
    equal(client.put(key(1), b"x", overwrite=False), False, f"{what}: put that keeps")
    equal(client.remove(key(1)), True, f"{what}: remove")
    equal(client.get(key(1)), None, f"{what}: get of what was removed")


digits = key(1).hex()
round_trip(Helper("s3://bucket/a/b", place, *one).client(), "path style", f"/bucket/a/b/{digits}")
round_trip(Helper("s3://bucket/with%20blank+", place, *one, "layout=subdirs").client(), "a prefix", f"/bucket/with%20blank%2B/01/{digits[2:]}")
round_trip(Helper(f"s3+http://127.0.0.1:{server.port}/bucket", *one).client(), "a URL", f"/bucket/{digits}")
virtual = Helper("s3://pail/a", f"endpoint=http://localhost:{server.port}", "style=virtual", *one).client()
round_trip(virtual, "virtual-host style", f"/pail/a/{digits}")

# Keys by variables, by a file and its sections; a file that changes.
variables = {"AWS_ACCESS_KEY_ID": "AKIDTWO", "AWS_SECRET_ACCESS_KEY": "secret two", "AWS_SESSION_TOKEN": "token", "AWS_REGION": "here-1"}
round_trip(Helper("s3://bucket", place, environment=variables).client(), "variables", f"/bucket/{digits}")
equal(server.requests[-1][2]["x-amz-security-token"], "token", "session token")
file = write("credentials", "[default]\naws_access_key_id=AKIDONE\naws_secret_access_key=wrong\n[ci]\naws_access_key_id=AKIDTWO\naws_secret_access_key=secret two\n")
config = write("config", "[default]\nregion=here-1\n[profile ci]\nregion = here-1\n")
files = {"AWS_SHARED_CREDENTIALS_FILE": file, "AWS_CONFIG_FILE": config}
round_trip(Helper("s3://bucket", place, "profile=ci", environment=files).client(), "a profile", f"/bucket/{digits}")
helper = Helper("s3://bucket", place, environment=files)
refusal(lambda: helper.client().get(KEY), "403")
equal(refusals[-1], "SignatureDoesNotMatch", "wrong secret")
write("credentials", "[default]\naws_access_key_id=AKIDONE\naws_secret_access_key=secret/one+\n")
equal(helper.client().put(key(3), value), True, "put after the file has changed")

refusal(lambda: Helper("s3://bucket", place, "access-key-id=nobody", "secret-access-key=x", "region=here-1").client().get(KEY), "403")
refusal(lambda: Helper("s3://bucket", place, "access-key-id=AKIDONE", "secret-access-key=secret/one+", "region=elsewhere-9").client().get(KEY), "403")
# Whoever may not list a bucket is told Forbidden instead of Not Found: a miss.
equal(Helper("s3://bucket/secret-a", place, *one).client().get(KEY), None, "get of what may not be seen")
# Without keys nothing is signed, and that is said.
client = Helper("s3://bucket", place, environment={"AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}).client()
check(any("not signed" in line for line in client.info()), client.info())
check("authorization" not in server.requests[-1][2] if client.get(KEY) is None else False, "unsigned request")
