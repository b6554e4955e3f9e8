// Replies of Redis and memcached, whole, in pieces, and as they must not be.
#include <doctest/doctest.h>

#include <random>

#include "helper/memcached_far.h"
#include "helper/resp.h"

using namespace deja::helper;

namespace {

// Whole with all of its bytes, not before; and what is behind it changes nothing.
void check_whole(Measure measure, std::string_view reply) {
  CAPTURE(reply);
  for (std::size_t size = 0; size < reply.size(); ++size) {
    const Measured part = measure(reply.substr(0, size));
    CHECK_FALSE(part.whole);
    CHECK_FALSE(part.bad);
    CHECK(part.size > size);
    CHECK(part.size <= reply.size());
  }
  for (const std::string_view behind : {"", "+OK\r\n", "x"}) {
    const Measured whole = measure(std::string(reply).append(behind));
    CHECK(whole.whole);
    CHECK_FALSE(whole.bad);
    CHECK(whole.size == reply.size());
  }
}

bool is_bad(Measure measure, std::string_view bytes) {
  const Measured measured = measure(bytes);
  return measured.bad;
}

// Any bytes: no crash, and never whole beyond what is there.
void check_noise(Measure measure, std::string_view alphabet) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (auto size = random() % 24; size > 0; --size) bytes += alphabet[random() % alphabet.size()];
    const Measured measured = measure(bytes);
    if (measured.whole) CHECK(measured.size <= bytes.size());
    if (!measured.whole && !measured.bad) CHECK(measured.size > bytes.size());
  }
}

}  // namespace

TEST_CASE("replies of Redis") {
  for (const std::string_view reply :
       {"+OK\r\n", "-ERR no\r\n", ":12\r\n", "$-1\r\n", "$0\r\n\r\n", "$5\r\na\r\nbc\r\n"})
    check_whole(resp::measure, reply);
  for (const std::string_view bytes : {"*1\r\n", "$x\r\n", "$-2\r\n", "$2\r\nabcd", ":\r\n",
                                       "hello", "$99999999999\r\n", "$2 \r\n"})
    CHECK(is_bad(resp::measure, bytes));
  check_noise(resp::measure, "$+-:*0123\r\nab");
  CHECK(is_bad(resp::measure, "+" + std::string(70'000, 'a')));
}

TEST_CASE("replies of Redis are read, commands written") {
  const std::string bytes("$4\r\na\0\r\n\r\n", 10);
  const auto value = resp::decode(bytes);
  REQUIRE(value);
  CHECK(value->kind == resp::Reply::Kind::bytes);
  CHECK(value->text == std::string_view("a\0\r\n", 4));
  CHECK(bytes.substr(value->text_begins, 4) == value->text);
  CHECK(resp::decode("$-1\r\n")->kind == resp::Reply::Kind::nothing);
  CHECK(resp::decode(":-7\r\n")->number == -7);
  CHECK(resp::decode("-NOAUTH who\r\n")->text == "NOAUTH who");
  CHECK_FALSE(resp::decode("+OK"));
  CHECK(resp::encode({"GET", "a b"}) == "*2\r\n$3\r\nGET\r\n$3\r\na b\r\n");
}

TEST_CASE("replies of memcached") {
  for (const std::string_view reply :
       {"HD\r\n", "EN\r\n", "NS\r\n", "VA 3 f1\r\nabc\r\n", "VA 0\r\n\r\n",
        "SERVER_ERROR object too large for cache\r\n"})
    check_whole(measure_memcached, reply);
  for (const std::string_view bytes : {"VA\r\n", "VA x\r\n", "VA 2\r\nabcd", "VA 99999999999\r\n"})
    CHECK(is_bad(measure_memcached, bytes));
  check_noise(measure_memcached, "VAHDEN 0123\r\nab");
  CHECK(is_bad(measure_memcached, std::string(9'000, 'a')));
}
