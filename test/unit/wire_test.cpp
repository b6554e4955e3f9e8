// The protocol of storage helpers, byte for byte, and with bytes missing, wrong and too many.
#include "remote/wire.h"

#include <doctest/doctest.h>

#include "fuzz/wire_fuzz.h"

using namespace deja;
using namespace std::string_literals;

namespace {

// A length as both sides write it on this machine.
std::string eight(std::uint64_t value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Decode>
void needs_every_byte(std::string_view bytes, Decode decode) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto part = decode(bytes.substr(0, size));
    CHECK(!part.value);
    CHECK(!part.bad);
    CHECK(part.size > size);
    CHECK(part.size <= bytes.size());
  }
  const auto more = decode(std::string(bytes) + "next");
  REQUIRE(more.value);
  CHECK(more.size == bytes.size());
}

}  // namespace

TEST_CASE("wire: requests are what the protocol says") {
  using namespace wire;
  const std::string key = "\x01\xff\0k"s;
  const auto simple = [&](Operation operation) {
    Request request;
    request.operation = operation;
    request.key = key;
    return encode_request(request);
  };
  CHECK(simple(Operation::get) == "\x00\x04"s + key);
  CHECK(simple(Operation::remove) == "\x02\x04"s + key);
  CHECK(simple(Operation::stop) == "\x03");
  CHECK(simple(Operation::info) == "\x04");
  CHECK(simple(Operation::exists) == "\x05\x04"s + key);
  const std::string put = "\x01\x04"s + key + "\x01" + eight(5) + "bytes";
  CHECK(encode_request({Operation::put, key, flag_overwrite, "bytes", 0}) == put);
  CHECK(encode_request({Operation::drain, "", 0, "", 1000}) == "\x83" + eight(1000));

  needs_every_byte(put, decode_request);
  const auto decoded = decode_request(put);
  REQUIRE(decoded.value);
  CHECK(decoded.value->operation == Operation::put);
  CHECK(decoded.value->key == key);
  CHECK(decoded.value->flags == flag_overwrite);
  CHECK(decoded.value->value == "bytes");
  CHECK(decode_request("\x42").bad);
  CHECK(decode_request("\x01\x00\x00"s + eight(largest_value + 1)).bad);
}

TEST_CASE("wire: answers are what the protocol says") {
  using namespace wire;
  Answer found;
  found.value = "entry";
  const std::string bytes = "\x00"s + eight(5) + "entry";
  CHECK(encode_answer(Operation::get, found) == bytes);
  needs_every_byte(bytes, [](std::string_view in) { return decode_answer(Operation::get, in); });
  CHECK(decode_answer(Operation::get, bytes).value->value == "entry");
  CHECK(decode_answer(Operation::get, bytes.substr(0, 9)).size == bytes.size());

  CHECK(decode_answer(Operation::get, "\x01").value->status == Status::no);
  const auto error = decode_answer(Operation::put,
                                   "\x02\x03"
                                   "bad");
  REQUIRE(error.value);
  CHECK(error.value->status == Status::error);
  CHECK(error.value->message == "bad");
  CHECK(decode_answer(Operation::exists, "\x00\x01"s).value->exists);
  CHECK(decode_answer(Operation::exists, "\x00\x02"s).bad);
  CHECK(decode_answer(Operation::get, "\x03").bad);
  CHECK(decode_answer(Operation::get, "\x00"s + eight(UINT64_MAX)).bad);

  Answer state;
  state.state = {true, false, 1500};
  CHECK(decode_answer(Operation::state, encode_answer(Operation::state, state)).value->state ==
        state.state);
  Answer info;
  info.message = "helper 1";
  info.diagnostics = {"gets: 3", ""};
  const std::string texts = encode_answer(Operation::info, info);
  CHECK(texts == "\x08helper 1\x02\x07gets: 3\x00"s);
  needs_every_byte(texts, [](std::string_view in) { return decode_answer(Operation::info, in); });
}

TEST_CASE("wire: a message is cut where a character begins") {
  wire::Answer error;
  const std::string text = std::string(254, 'x') + "\u00e4\u00e4";
  error.status = wire::Status::error;
  error.message = text;
  const std::string bytes = encode_answer(wire::Operation::get, error);
  CHECK(bytes == "\x02\xfe" + std::string(254, 'x'));
}

TEST_CASE("wire: the greeting tells version and capabilities") {
  const std::uint8_t listed[] = {0, 2, 0x81};
  const std::string bytes = wire::encode_greeting(listed);
  CHECK(bytes == "\x01\x03\x00\x02\x81"s);
  needs_every_byte(bytes, wire::decode_greeting);
  CHECK(*wire::decode_greeting(bytes).value == std::vector<std::uint8_t>{0, 2, 0x81});
  CHECK(wire::decode_greeting("\x02").bad);
  CHECK(wire::capability_of(wire::Operation::remove) == 0);
  CHECK(wire::capability_of(wire::Operation::exists) == 2);
  CHECK(wire::capability_of(wire::Operation::put_queued) == 0x81);
}

TEST_CASE("wire: any bytes are refused, or mean the same when encoded again") {
  std::string bytes;
  std::uint64_t random = 1;
  for (int round = 0; round < 20000; ++round) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    // Small numbers are operations, statuses and lengths.
    const auto byte = static_cast<char>((random >> 40 & 3) != 0 ? random >> 33 & 7 : random >> 50);
    bytes.push_back(byte);
    check_wire_bytes(bytes);
    if (bytes.size() > 40) bytes.clear();
  }
}
