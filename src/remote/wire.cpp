// Encoding and decoding requests and answers: what each operation carries is one table.
#include "remote/wire.h"

#include <algorithm>
#include <cstring>

namespace deja::wire {

namespace {

enum class Carries : std::uint8_t { nothing, value, yes_or_no, far_state, texts };

struct OperationRow {
  Operation operation;
  std::uint8_t capability;
  bool has_key;
  bool has_flags_and_value;
  bool has_number;
  Carries answer;
};

constexpr std::uint8_t basic = static_cast<std::uint8_t>(Capability::get_put_remove);
constexpr std::uint8_t may_inform = static_cast<std::uint8_t>(Capability::info);
constexpr std::uint8_t may_tell = static_cast<std::uint8_t>(Capability::exists);

constexpr OperationRow operations[] = {
    {Operation::get, basic, true, false, false, Carries::value},
    {Operation::put, basic, true, true, false, Carries::nothing},
    {Operation::remove, basic, true, false, false, Carries::nothing},
    {Operation::stop, basic, false, false, false, Carries::nothing},
    {Operation::info, may_inform, false, false, false, Carries::texts},
    {Operation::exists, may_tell, true, false, false, Carries::yes_or_no},
    {Operation::put_queued, 0x81, true, true, false, Carries::nothing},
    {Operation::drain, 0x83, false, false, true, Carries::nothing},
    {Operation::metrics, 0x84, false, false, false, Carries::value},
    {Operation::state, 0x86, false, false, false, Carries::far_state},
};

const OperationRow* row_of(std::uint8_t number) {
  const auto row = std::ranges::find_if(operations, [&](const OperationRow& known) {
    return static_cast<std::uint8_t>(known.operation) == number;
  });
  return row == std::end(operations) ? nullptr : row;
}

const OperationRow& known_row(Operation operation) {
  return *row_of(static_cast<std::uint8_t>(operation));
}

void add_u8(std::string& out, std::size_t value) { out.push_back(static_cast<char>(value)); }

// Both sides are on one machine: its own byte order.
void add_u64(std::string& out, std::uint64_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

// At most 255 bytes, cut where a character of UTF-8 begins.
void add_short_text(std::string& out, std::string_view text) {
  std::size_t size = std::min(text.size(), longest_message);
  const auto continues = [&](std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  };
  while (size > 0 && continues(size)) --size;
  add_u8(out, size);
  out.append(text.substr(0, size));
}

// Reads as far as the bytes go, and notes how many it would have needed.
class StreamReader {
 public:
  explicit StreamReader(std::string_view in) : in_(in) {}

  bool whole() const { return needed_ <= in_.size(); }
  std::uint64_t needed() const { return needed_; }

  std::string_view raw(std::uint64_t size) {
    const std::uint64_t begin = needed_;
    needed_ += size;
    if (!whole()) return {};
    return in_.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
  }
  std::uint8_t u8() {
    const std::string_view byte = raw(1);
    return byte.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(byte.front());
  }
  std::uint64_t u64() {
    std::uint64_t value = 0;
    const std::string_view bytes = raw(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  // A length that is not known yet needs no more than itself.
  std::string_view short_text() {
    const std::uint8_t size = u8();
    return whole() ? raw(size) : std::string_view();
  }

 private:
  std::string_view in_;
  std::uint64_t needed_ = 0;
};

Error no_message(std::string reason) {
  return Error{"read from a storage helper's connection", "", std::move(reason), Cause::corrupt};
}

template <class T>
Decoded<T> refused(std::string reason) {
  return {std::nullopt, 0, no_message(std::move(reason))};
}

template <class T>
Decoded<T> ended(const StreamReader& in, T value) {
  Decoded<T> out;
  out.size = in.needed();
  if (in.whole()) out.value = std::move(value);
  return out;
}

// The value and its length before it; false where that is more than an entry may have.
bool read_value(StreamReader& in, std::string_view& value) {
  const std::uint64_t size = in.u64();
  if (size > largest_value) return false;
  if (in.whole()) value = in.raw(size);
  return true;
}

Decoded<Answer> decode_info(StreamReader& in) {
  Answer answer;
  answer.message = in.short_text();
  const std::uint8_t count = in.whole() ? in.u8() : std::uint8_t{0};
  for (unsigned i = 0; i < count && in.whole(); ++i) answer.diagnostics.push_back(in.short_text());
  return ended(in, std::move(answer));
}

// How a far side that is paused is told: a bit for each direction.
constexpr std::uint8_t gets_are_paused = 1 << 0;
constexpr std::uint8_t puts_are_paused = 1 << 1;

}  // namespace

std::uint8_t capability_of(Operation operation) { return known_row(operation).capability; }

std::string encode_greeting(std::span<const std::uint8_t> capabilities) {
  std::string out;
  add_u8(out, version);
  add_u8(out, capabilities.size());
  for (const std::uint8_t capability : capabilities) add_u8(out, capability);
  return out;
}

Decoded<std::vector<std::uint8_t>> decode_greeting(std::string_view bytes) {
  using Capabilities = std::vector<std::uint8_t>;
  StreamReader in(bytes);
  const std::uint8_t spoken = in.u8();
  if (in.whole() && spoken != version)
    return refused<Capabilities>("it speaks version " + std::to_string(spoken) + ", not 1");
  const std::string_view listed = in.short_text();
  return ended(in, Capabilities(listed.begin(), listed.end()));
}

std::string encode_head(const Request& request) {
  const OperationRow& row = known_row(request.operation);
  std::string out;
  add_u8(out, static_cast<std::uint8_t>(request.operation));
  if (row.has_key) {
    add_u8(out, request.key.size());
    out.append(request.key);
  }
  if (row.has_flags_and_value) {
    add_u8(out, request.flags);
    add_u64(out, request.value.size());
  }
  if (row.has_number) add_u64(out, request.number);
  return out;
}

std::string encode_request(const Request& request) {
  return encode_head(request).append(request.value);
}

Decoded<Request> decode_request(std::string_view bytes) {
  StreamReader in(bytes);
  const std::uint8_t number = in.u8();
  if (!in.whole()) return ended(in, Request());
  const OperationRow* const row = row_of(number);
  if (row == nullptr) return refused<Request>("unknown request " + std::to_string(number));
  Request request;
  request.operation = row->operation;
  if (row->has_key) request.key = in.short_text();
  if (row->has_flags_and_value && in.whole()) {
    request.flags = in.u8();
    if (!read_value(in, request.value)) return refused<Request>("an entry that is too large");
  }
  if (row->has_number && in.whole()) request.number = in.u64();
  return ended(in, request);
}

std::string encode_answer_head(Operation asked, const Answer& answer) {
  const Carries carries = known_row(asked).answer;
  std::string out;
  if (carries == Carries::texts) {
    add_short_text(out, answer.message);
    const std::size_t count = std::min<std::size_t>(answer.diagnostics.size(), UINT8_MAX);
    add_u8(out, count);
    for (std::size_t i = 0; i < count; ++i) add_short_text(out, answer.diagnostics[i]);
    return out;
  }
  add_u8(out, static_cast<std::uint8_t>(answer.status));
  if (answer.status == Status::error) add_short_text(out, answer.message);
  if (answer.status != Status::ok) return out;
  if (carries == Carries::value) add_u64(out, answer.value.size());
  if (carries == Carries::yes_or_no) add_u8(out, answer.exists ? 1 : 0);
  if (carries == Carries::far_state) {
    add_u8(out, (answer.state.gets_paused ? gets_are_paused : 0u) |
                    (answer.state.puts_paused ? puts_are_paused : 0u));
    add_u64(out, answer.state.median_us);
  }
  return out;
}

std::string encode_answer(Operation asked, const Answer& answer) {
  std::string out = encode_answer_head(asked, answer);
  const bool has_value = known_row(asked).answer == Carries::value && answer.status == Status::ok;
  return has_value ? out.append(answer.value) : out;
}

Decoded<Answer> decode_answer(Operation asked, std::string_view bytes) {
  StreamReader in(bytes);
  const Carries carries = known_row(asked).answer;
  if (carries == Carries::texts) return decode_info(in);
  Answer answer;
  const std::uint8_t status = in.u8();
  if (!in.whole()) return ended(in, Answer());
  if (status > static_cast<std::uint8_t>(Status::error))
    return refused<Answer>("unknown answer " + std::to_string(status));
  answer.status = static_cast<Status>(status);
  if (answer.status == Status::error) answer.message = in.short_text();
  if (answer.status == Status::ok && carries == Carries::value && !read_value(in, answer.value))
    return refused<Answer>("an entry that is too large");
  if (answer.status == Status::ok && carries == Carries::yes_or_no) {
    const std::uint8_t exists = in.u8();
    if (exists > 1) return refused<Answer>("neither yes nor no");
    answer.exists = exists == 1;
  }
  if (answer.status == Status::ok && carries == Carries::far_state) {
    const std::uint8_t paused = in.u8();
    answer.state.gets_paused = (paused & gets_are_paused) != 0;
    answer.state.puts_paused = (paused & puts_are_paused) != 0;
    answer.state.median_us = in.u64();
  }
  return ended(in, std::move(answer));
}

}  // namespace deja::wire
