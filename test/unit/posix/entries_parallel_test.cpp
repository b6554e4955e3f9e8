// Entries and temporary names among real processes: a reader gets a whole entry and the right one,
// or none.
#include "store/entry.h"
#include "store/local_store.h"
#include "unit/posix/in_between.h"

using namespace deja;

namespace {

std::string entry_of(char filling, std::size_t size = 10'000) {
  Entry entry;
  entry.parts = {{first_output_part, std::string(size, filling)}};
  return *encode_entry(entry, std::nullopt);
}

LocalStore store_in(System& system, const std::string& folder) {
  return LocalStore(system, folder + "/cache", "");
}

std::string path_of(const std::string& folder, const Digest& key) {
  return store_in(native_system(), folder).path_of(key, EntryKind::result);
}

bool put(System& system, const std::string& folder, const Digest& key, const std::string& bytes) {
  return static_cast<bool>(
      store_in(system, folder).put(key, EntryKind::result, bytes, Overwrite::yes));
}

// What is stored under `key`, empty for nothing.
std::string got(const std::string& folder, const Digest& key) {
  const auto bytes = store_in(native_system(), folder).get(key, EntryKind::result);
  return bytes && *bytes ? **bytes : std::string();
}

// The put of one who thinks that nobody looks: under the final name, piece by piece.
void put_in_place(System& system, const std::string& folder, const Digest& key,
                  const std::string& bytes) {
  const auto file = system.fs.open_random(path_of(folder, key));
  REQUIRE(file);
  const std::size_t half = bytes.size() / 2;
  CHECK((*file)->write_at(0, std::string_view(bytes).substr(0, half)));
  CHECK((*file)->write_at(half, std::string_view(bytes).substr(half)));
}

// The put of one who thinks of readers, but not of other writers: each has the same temporary name.
bool put_by_one_name(System& system, const std::string& folder, const Digest& key,
                     const std::string& bytes) {
  const std::string temporary =
      shard_folder(folder + "/cache", key.shard()) + "/" + std::string(temporary_prefix);
  const auto file = system.fs.open_random(temporary);
  return file && (*file)->write_at(0, bytes) &&
         system.fs.rename(temporary, path_of(folder, key), Overwrite::yes);
}

const std::string older = entry_of('a');
const std::string newer = entry_of('b');

// A reader comes in while `put` replaces the older entry by the newer.
Orders read_in_between(const std::function<void(System&, const std::string&)>& put_newer) {
  return in_every_order({
      .before = [](System& system,
                   const std::string& folder) { REQUIRE(put(system, folder, key_of(1), older)); },
      .one = put_newer,
      .other =
          [](System&, const std::string& folder) {
            const std::string seen = got(folder, key_of(1));
            return seen == older || seen == newer;
          },
      .after = [](System&, const std::string& folder) { return got(folder, key_of(1)) == newer; },
  });
}

using Put = std::function<bool(System&, const std::string& folder, const Digest&,
                               const std::string& bytes)>;

// Two writers of different entries.
Orders put_in_between(const Put& put_entry) {
  return in_every_order({
      .before = [](System& system,
                   const std::string& folder) { REQUIRE(put(system, folder, key_of(0), older)); },
      .one =
          [&](System& system, const std::string& folder) {
            (void)put_entry(system, folder, key_of(1), entry_of('1', 9'000));
          },
      .other =
          [&](System& system, const std::string& folder) {
            (void)put_entry(system, folder, key_of(2), entry_of('2'));
            return true;
          },
      .after =
          [](System&, const std::string& folder) {
            return got(folder, key_of(1)) == entry_of('1', 9'000) &&
                   got(folder, key_of(2)) == entry_of('2');
          },
  });
}

}  // namespace

TEST_CASE(
    "entries: a reader that comes in at any step of a put gets the older entry or the newer one, "
    "whole") {
  CHECK(read_in_between([](System& system, const std::string& folder) {
          CHECK(put(system, folder, key_of(1), newer));
        }).wrong == 0);
}

TEST_CASE("entries: written in place a reader gets half an entry, so the test above can fail") {
  CHECK(read_in_between([](System& system, const std::string& folder) {
          put_in_place(system, folder, key_of(1), newer);
        }).wrong > 0);
}

TEST_CASE("entries: a checksum finds the half entry") {
  const TemporaryFolder folder;
  REQUIRE(put(native_system(), folder.path(), key_of(1), older));
  const std::string half = newer.substr(0, newer.size() / 2) + older.substr(newer.size() / 2);
  CHECK(decode_entry(older));
  CHECK(decode_entry(half).error().cause == Cause::corrupt);
}

TEST_CASE(
    "temporary names: writers that come in at any step of each other's puts each get their own "
    "entry stored") {
  CHECK(put_in_between(put).wrong == 0);
}

TEST_CASE(
    "temporary names: with one name for all an entry is lost, another has a stranger's bytes, so "
    "the test above can fail") {
  CHECK(put_in_between(put_by_one_name).wrong > 0);
}

TEST_CASE(
    "entries: writers, readers and removers at once, all entries read are whole and the right "
    "ones") {
  const TemporaryFolder folder;
  constexpr unsigned char keys = 8;
  const auto each_key = [&](const std::function<bool(unsigned char)>& work) {
    for (int turn = 0; turn < 50; ++turn)
      for (unsigned char number = 0; number < keys; ++number)
        if (!work(number)) return false;
    return true;
  };
  const auto write = [&] {
    return each_key([&](unsigned char number) {
      return put(native_system(), folder.path(), key_of(number),
                 entry_of(static_cast<char>('a' + number)));
    });
  };
  const auto read = [&] {
    return each_key([&](unsigned char number) {
      const std::string seen = got(folder.path(), key_of(number));
      return seen.empty() || seen == entry_of(static_cast<char>('a' + number));
    });
  };
  const auto remove = [&] {
    return each_key([&](unsigned char number) {
      return static_cast<bool>(
          store_in(native_system(), folder.path()).remove(key_of(number), EntryKind::result));
    });
  };
  CHECK(holds_in_all_at_once(12, [&](int process) {
    return process % 3 == 0 ? write() : process % 3 == 1 ? read() : remove();
  }));
  const auto left = native_system().fs.list(shard_folder(folder / "cache", 7));
  REQUIRE(left);
  for (const DirectoryItem& item : *left)
    CHECK_MESSAGE(parse_stored_name(7, item.name), item.name);  // and no temporary
}
