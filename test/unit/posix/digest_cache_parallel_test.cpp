// The digest cache among real processes: what is found is what was remembered for that file,
// whoever writes meanwhile.
#include "inputs/digest_cache.h"
#include "unit/posix/in_between.h"

using namespace deja;

namespace {

constexpr std::size_t slot_size = 48;
constexpr std::size_t page_size = 4096;

// The `version`-th content of a file; all versions of one file have the same slot in an empty
// cache.
FileFacts facts_of(std::uint64_t inode, std::int64_t version = 0) {
  FileFacts facts;
  facts.device = 1;
  facts.inode = inode;
  facts.mtime_ns = version;
  return facts;
}

Digest content_of(const FileFacts& facts) {
  return digest_of(std::to_string(facts.inode) + " " + std::to_string(facts.mtime_ns));
}

std::string digests_in(const std::string& folder) { return folder + "/digests"; }

void remember(System& system, const std::string& folder, const FileFacts& facts) {
  DigestCache(system.fs, digests_in(folder)).remember(facts, {content_of(facts), {}});
}

bool remembers(const std::string& folder, const FileFacts& facts) {
  const auto found = DigestCache(native_system().fs, digests_in(folder)).find(facts);
  return found && found->content == content_of(facts);
}

bool is_wrong(const std::string& folder, const FileFacts& facts) {
  const auto found = DigestCache(native_system().fs, digests_in(folder)).find(facts);
  return found && found->content != content_of(facts);
}

struct Slot {
  std::uint64_t offset = 0;
  std::string bytes;
};

// The slot that `facts` get in an empty cache.
Slot slot_of(const FileFacts& facts) {
  const TemporaryFolder folder;
  remember(native_system(), folder.path(), facts);
  std::string file;
  if (!native_system().fs.read(digests_in(folder.path()), file)) return {};
  const std::size_t start = file.find_first_not_of('\0') / page_size * page_size;
  for (std::size_t at = start; at + slot_size <= start + page_size && at + slot_size <= file.size();
       at += slot_size)
    if (file.find_first_not_of('\0', at) < at + slot_size) return {at, file.substr(at, slot_size)};
  return {};
}

// What a reader would take that looks at the key alone (the first 16 bytes), and not at the
// checksum.
std::string unchecked_content(const std::string& folder, const Slot& slot) {
  const auto bytes =
      (*native_system().fs.open_random(digests_in(folder)))->read_at(slot.offset, slot_size);
  return bytes && bytes->substr(0, 16) == slot.bytes.substr(0, 16) ? bytes->substr(16, 16)
                                                                   : std::string();
}

// A file is edited, and its new slot replaces the old one byte by byte, the slowest of all writes;
// a reader comes in after each.
Orders read_in_between(const std::function<bool(const std::string& folder)>& sees_nothing_wrong) {
  const Slot edited = slot_of(facts_of(5, 2));
  return in_every_order({
      .before = [](System& system,
                   const std::string& folder) { remember(system, folder, facts_of(5, 1)); },
      .one =
          [&](System& system, const std::string& folder) {
            const auto file = system.fs.open_random(digests_in(folder));
            for (std::size_t i = 0; i < slot_size; ++i)
              REQUIRE((*file)->write_at(edited.offset + i, edited.bytes.substr(i, 1)));
          },
      .other = [&](System&, const std::string& folder) { return sees_nothing_wrong(folder); },
      .after = [](System&, const std::string& folder) { return remembers(folder, facts_of(5, 2)); },
  });
}

// Neighbours in one page: whole pages are read, for one read finds many headers.
Orders remember_in_between(
    const std::function<void(System&, const std::string& folder, const FileFacts&)>& remember_one) {
  return in_every_order({
      .before = [](System& system,
                   const std::string& folder) { remember(system, folder, facts_of(1)); },
      .one = [&](System& system,
                 const std::string& folder) { remember_one(system, folder, facts_of(2)); },
      .other =
          [&](System& system, const std::string& folder) {
            remember_one(system, folder, facts_of(3));
            return true;
          },
      .after =
          [](System&, const std::string& folder) {
            return remembers(folder, facts_of(1)) && remembers(folder, facts_of(2)) &&
                   remembers(folder, facts_of(3));
          },
  });
}

// Writes back the page that it read.
void remember_by_page(System& system, const std::string& folder, const FileFacts& facts) {
  const Slot slot = slot_of(facts);
  const auto file = system.fs.open_random(digests_in(folder));
  const std::uint64_t page = slot.offset / page_size * page_size;
  std::string bytes = *(*file)->read_at(page, page_size);
  bytes.resize(page_size);
  (void)(*file)->write_at(page, bytes.replace(slot.offset - page, slot_size, slot.bytes));
}

}  // namespace

TEST_CASE(
    "digest cache: a reader that comes in at any byte of a slot's write finds nothing wrong") {
  const Orders orders = read_in_between([](const std::string& folder) {
    return !is_wrong(folder, facts_of(5, 1)) && !is_wrong(folder, facts_of(5, 2));
  });
  CHECK(orders.all > static_cast<int>(slot_size));
  CHECK(orders.wrong == 0);
}

TEST_CASE(
    "digest cache: without its checksum a reader takes a digest that is half another's, so the "
    "test above can fail") {
  const Slot edited = slot_of(facts_of(5, 2));
  const Orders orders = read_in_between([&](const std::string& folder) {
    const std::string content = unchecked_content(folder, edited);
    return content.empty() || content == content_of(facts_of(5, 2)).view();
  });
  CHECK(orders.wrong > 0);
}

TEST_CASE("digest cache: writers of one page keep each other's slots") {
  CHECK(remember_in_between(remember).wrong == 0);
}

TEST_CASE(
    "digest cache: a writer of whole pages takes back what another has remembered, so the test "
    "above can fail") {
  CHECK(remember_in_between(remember_by_page).wrong > 0);
}

TEST_CASE("digest cache: writers and readers at once, for files that push each other out") {
  const TemporaryFolder folder;
  CHECK(holds_in_all_at_once(8, [&](int process) {
    bool right = true;
    for (std::int64_t turn = 0; turn < 2000; ++turn) {
      const FileFacts facts = facts_of(static_cast<std::uint64_t>(turn % 3) + 1, turn * 7 % 41);
      if (process % 2 == 0) remember(native_system(), folder.path(), facts);
      right = right && !is_wrong(folder.path(), facts);
    }
    return right;
  }));
}
