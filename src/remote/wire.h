// The protocol between deja and the helpers of remote storage, both sides of it as pure functions.
// Byte layout: docs/remote.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace deja::wire {

inline constexpr std::uint8_t version = 1;
inline constexpr std::size_t longest_key = 255;                // bytes
inline constexpr std::size_t longest_message = 255;            // bytes of UTF-8
inline constexpr std::uint64_t largest_value = 1ull << 30;     // bytes, of one entry
inline constexpr std::uint64_t queued_value_is_path = 1 << 1;  // a flag of put_queued

// What a request asks for. Those from 0x80 on are deja's own; a helper that knows one says so by
// the same number among its capabilities.
enum class Operation : std::uint8_t {
  get = 0x00,
  put = 0x01,
  remove = 0x02,
  stop = 0x03,
  info = 0x04,
  exists = 0x05,
  // As put, and answered when the entry will not be lost any more, long before it is stored. With
  // queued_value_is_path the value is the path of a file that holds the entry.
  put_queued = 0x81,
  drain = 0x83,    // answered when all that was queued is stored; no: `number` ms have passed
  metrics = 0x84,  // a value: JSON
  state = 0x86,    // what the helper knows of the far side
};

// What a helper can do: groups of the first operations, and each of deja's own by its number.
enum class Capability : std::uint8_t { get_put_remove = 0x00, info = 0x01, exists = 0x02 };

enum class Status : std::uint8_t {
  ok = 0,     // found, stored, removed, done
  no = 1,     // not there, not stored
  error = 2,  // `message` says why
};

inline constexpr std::uint8_t flag_overwrite = 1 << 0;

// The texts are part of what was decoded, and live as long as that does.
struct Request {
  Operation operation = Operation::get;
  std::string_view key;
  std::uint8_t flags = 0;    // put and put_queued
  std::string_view value;    // put and put_queued
  std::uint64_t number = 0;  // drain: milliseconds
};

// What the far side is like.
struct FarState {
  bool gets_paused = false;  // asking would be in vain for now
  bool puts_paused = false;
  std::uint64_t median_us = 0;  // of the last gets; 0: none yet

  bool operator==(const FarState&) const = default;
};

struct Answer {
  Status status = Status::ok;
  std::string_view value;                     // get, metrics
  bool exists = false;                        // exists
  FarState state;                             // state
  std::string_view message;                   // of an error; of info: who the helper is
  std::vector<std::string_view> diagnostics;  // info: "name: value" lines
};

// What came of decoding the beginning of a stream.
template <class T>
struct Decoded {
  std::optional<T> value;    // the message, when all of it is there
  std::uint64_t size = 0;    // its bytes; while there is none: at least so many are needed
  std::optional<Error> bad;  // no message begins like that; nothing can be read from here on
};

// --- What a helper sends first, once for each connection ---
std::string encode_greeting(std::span<const std::uint8_t> capabilities);
Decoded<std::vector<std::uint8_t>> decode_greeting(std::string_view bytes);

// --- Requests ---
// All of a request but its value, which is to follow; so that nobody copies it.
std::string encode_head(const Request& request);
std::string encode_request(const Request& request);
Decoded<Request> decode_request(std::string_view bytes);

// --- Answers; what they look like depends on what was asked ---
std::string encode_answer_head(Operation asked, const Answer& answer);
std::string encode_answer(Operation asked, const Answer& answer);
Decoded<Answer> decode_answer(Operation asked, std::string_view bytes);

// The number under which a helper says that it knows the operation.
std::uint8_t capability_of(Operation operation);

}  // namespace deja::wire
