// Digests and signatures by published examples.
#include "helper/sigv4.h"

#include <doctest/doctest.h>

#include "fake/fake_system.h"
#include "helper/aws_credentials.h"
#include "helper/digest256.h"
#include "remote/naming.h"

using namespace deja;
using namespace deja::helper;

namespace {

std::string signature_in(const std::string& authorization) {
  return authorization.substr(authorization.find("Signature=") + 10);
}

const AwsKeys example_keys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
constexpr std::string_view no_body =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

TEST_CASE("SHA-256 and HMAC: FIPS 180-2 and RFC 4231") {
  CHECK(hex_of(sha256("")) == no_body);
  CHECK(hex_of(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_of(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex_of(hmac_sha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(are_equal_in_constant_time("ab", "ab"));
  CHECK_FALSE(are_equal_in_constant_time("ab", "ac"));
  CHECK_FALSE(are_equal_in_constant_time("ab", "abc"));
}

TEST_CASE("signature version 4: the examples of S3's documentation") {
  const AwsScope scope{"us-east-1", "s3"};
  const std::string host = "examplebucket.s3.amazonaws.com";
  const std::string time = "20130524T000000Z";
  CHECK(signature_in(aws_authorization(example_keys, scope, "GET", "/test.txt", "",
                                       {{"host", host},
                                        {"range", "bytes=0-9"},
                                        {"x-amz-content-sha256", std::string(no_body)},
                                        {"x-amz-date", time}},
                                       no_body, time)) ==
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  const std::string body = hex_of(sha256("Welcome to Amazon S3."));
  CHECK(signature_in(aws_authorization(example_keys, scope, "PUT", "/test%24file.text", "",
                                       {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                        {"host", host},
                                        {"x-amz-content-sha256", body},
                                        {"x-amz-date", time},
                                        {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                                       body, time)) ==
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  CHECK(signature_in(aws_authorization(
            example_keys, scope, "GET", "/", "max-keys=2&prefix=J",
            {{"host", host}, {"x-amz-content-sha256", std::string(no_body)}, {"x-amz-date", time}},
            no_body, time)) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("signature version 4: get-vanilla of Amazon's test suite") {
  const AwsKeys keys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  CHECK(aws_authorization(keys, {"us-east-1", "service"}, "GET", "/", "",
                          {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}},
                          no_body, aws_time(1440938160)) ==
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST_CASE("percent-encoding leaves what needs none") {
  CHECK(percent_encoded("aZ0-._~/ \xc3\xa9") == "aZ0-._~%2F%20%C3%A9");
  CHECK(percent_encoded("/a b/c", "/") == "/a%20b/c");
}

TEST_CASE("keys for S3: attributes before variables before files, which may change") {
  FakeSystem fake;
  const auto write = [&](std::string_view text) {
    fake.clock.advance_seconds(1);
    (void)fake.fs.remove("/etc/keys");
    const std::string_view pieces[] = {text};
    REQUIRE(fake.fs.create("/etc/keys", pieces));
  };
  CHECK(AwsCredentials(fake.system, {}, "").keys() == AwsKeys{});
  REQUIRE(fake.fs.make_directories("/etc"));
  write(
      "[default]\naws_access_key_id = A\n aws_secret_access_key=B\r\n[ci]\n# none\n"
      "aws_access_key_id=C\naws_secret_access_key=D\naws_session_token=E=\n");
  fake.env.variables["AWS_SHARED_CREDENTIALS_FILE"] = "/etc/keys";
  AwsCredentials usual(fake.system, {}, "");
  CHECK(usual.keys() == AwsKeys{"A", "B", ""});
  CHECK(AwsCredentials(fake.system, {}, "ci").keys() == AwsKeys{"C", "D", "E="});
  CHECK(AwsCredentials(fake.system, {"F", "G", ""}, "ci").keys() == AwsKeys{"F", "G", ""});
  write("[default]\naws_access_key_id=H\naws_secret_access_key=I\n");
  CHECK(usual.keys() == AwsKeys{"H", "I", ""});
  fake.env.variables["AWS_ACCESS_KEY_ID"] = "J";
  CHECK(usual.keys() == AwsKeys{"H", "I", ""});
  fake.env.variables["AWS_SECRET_ACCESS_KEY"] = "K";
  CHECK(usual.keys() == AwsKeys{"J", "K", ""});
}
