// What must hold for any replay record, however broken: its offsets stay inside, or it is refused.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "replay/fast_path.h"

namespace deja {

// A system where everything is as `answers` has it, and that reads all it is given, for the
// sanitizer to see.
class FuzzCalls {
 public:
  using Directory = int;

  FuzzCalls(std::string_view record, std::string_view answers)
      : record_(record), answers_(answers) {}

  std::int64_t now_ns() { return 1'700'000'000'000'000'000; }
  std::uint32_t process() { return 1; }
  std::int64_t read_record(const char*, std::uint32_t, std::span<char> into, std::uint64_t offset,
                           replay::Facts& facts) {
    facts.size = record_.size();
    return offset > record_.size()
               ? -1
               : static_cast<std::int64_t>(record_.copy(into.data(), into.size(), offset));
  }
  void ignore_size_signal() {}
  void restore_size_signal() {}
  Directory enter(const char* path) { return answer(path); }
  void leave(Directory) {}
  replay::Look look(Directory, const char* name, replay::Facts& facts) {
    facts = {1, 1, 3, 1, 1};
    return answer(name) % 4 == 0 ? replay::Look::absent : replay::Look::found;
  }
  template <class Take>
  bool read_through(Directory, const char* name, std::uint64_t, std::span<char>, Take take) {
    take(std::string_view("abc"));
    return answer(name) % 8 != 0;
  }
  template <class Take>
  bool each_name(Directory, const char* name, std::span<char>, Take take) {
    for (const std::string_view found : {"a.h", "B.H", ""}) take(found, found == "B.H");
    return answer(name) % 8 != 0;
  }
  bool replaceable(const char* path) { return answer(path) % 8 != 0; }
  void remove(const char* path) { answer(path); }
  bool write_output(const char* path, std::string_view bytes) {
    return answer(path) + use(bytes) != 0;
  }
  bool copy_output(const char* path, const char* from, std::uint64_t, std::uint64_t, std::uint64_t,
                   std::span<char>) {
    return answer(path) + answer(from) != 0;
  }
  bool append(const char* path, std::string_view record, std::uint64_t) {
    return answer(path) + use(record) != 0;
  }
  bool writable(const char* path) { return answer(path) % 8 != 0; }
  void overwrite(const char* path, std::string_view bytes) { answer(path), use(bytes); }
  bool touch(const char* path) { return answer(path); }
  void write_stream(int, std::string_view bytes) { use(bytes); }

 private:
  int answer(const char* text) {
    const std::size_t size = std::strlen(text);
    return answers_.empty() ? static_cast<int>(size)
                            : static_cast<unsigned char>(answers_[asked_++ % answers_.size()]);
  }
  int use(std::string_view bytes) {
    int sum = 0;
    for (const char c : bytes) sum += c;
    return sum;
  }

  std::string_view record_, answers_;
  std::size_t asked_ = 0;
};

// `text`: a record whose header says the right magic, key, size and checksums, once they have been
// put there.
inline void check_replay_record(std::string_view text) {
  const char* const words[] = {"cc"};
  const char* const environment[] = {"CCACHE_DIR=/c", "LOCALAPPDATA=/c"};
  const replay::Call call{words, environment, "/", 0, false};
  replay::Hash128 key;
  if (!replay::key_of(call, key)) std::abort();

  // Exactly as large as the record, so that the sanitizer sees a read behind it.
  replay::Header header;
  const std::size_t size = std::min(std::max(text.size(), sizeof header), replay::largest_record);
  const std::unique_ptr<char[]> bytes(new char[size]());
  text.copy(bytes.get(), size);
  std::memcpy(&header, bytes.get(), sizeof header);
  header.magic = replay::record_magic;
  header.version = replay::record_version;
  header.size = static_cast<std::uint32_t>(size);
  header.hot = std::clamp<std::uint32_t>(header.hot / 8 * 8, sizeof header, header.size);
  header.key = key;
  header.cold_checksum = replay::hash64({bytes.get() + header.hot, size - header.hot});
  std::memcpy(bytes.get(), &header, sizeof header);
  header.checksum =
      replay::hash64({bytes.get() + replay::checksum_start, header.hot - replay::checksum_start});
  std::memcpy(bytes.get(), &header, sizeof header);

  replay::Record record;
  if (record.begin(bytes.get(), size, size, key) && record.open()) {
    for (const replay::Group& group : record.groups)
      (void)std::strlen(record.text(group.directory));
    for (const replay::Dependency& dependency : record.dependencies)
      (void)std::strlen(record.text(dependency.name));
    if (record.open_cold() && record.contents.size() != record.dependencies.size()) std::abort();
  }
  const auto room = std::make_unique_for_overwrite<replay::Room>();
  FuzzCalls calls({bytes.get(), size}, text.substr(0, std::min<std::size_t>(text.size(), 16)));
  replay::Replay<FuzzCalls>(calls, *room).serve(call);
}

}  // namespace deja
