// The Windows system layer against the real thing (or Wine): names, sharing, facts, programs.
#define WIN32_LEAN_AND_MEAN
#include <doctest/doctest.h>
#include <windows.h>

#include <string>

#include "base/path.h"
#include "sys/system.h"

using namespace deja;

namespace {

System& sys() { return native_system(); }

// A folder of one test below %TEMP%, gone at its end.
class Folder {
 public:
  Folder() : path_(sys().fs.temporary_name(sys().env.get("TEMP").value_or("."), "deja-test")) {
    REQUIRE(sys().fs.make_directories(path_));
  }
  ~Folder() { remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "\\" + name; }

 private:
  static void remove_all(const std::string& path) {
    if (auto items = sys().fs.list(path))
      for (const DirectoryItem& item : *items) {
        const std::string child = path + "\\" + item.name;
        if (item.kind == FileKind::directory) {
          remove_all(child);
        } else {
          static_cast<void>(sys().fs.remove(child));
        }
      }
    static_cast<void>(sys().fs.remove_directory(path));
  }
  std::string path_;
};

void put(const std::string& path, std::string_view bytes) {
  REQUIRE(sys().fs.create(path, {&bytes, 1}));
}

std::string content(const std::string& path) {
  std::string bytes;
  const auto facts = sys().fs.read(path, bytes);
  REQUIRE_MESSAGE(facts, (facts ? "" : facts.error().text()));
  CHECK(facts->size == bytes.size());
  return bytes;
}

// Another program's handle. `share`: what it lets others do.
HANDLE hold(const std::string& path, DWORD share) {
  HANDLE handle =
      CreateFileA(path.c_str(), GENERIC_READ, share, nullptr, OPEN_EXISTING, 0, nullptr);
  REQUIRE(handle != INVALID_HANDLE_VALUE);
  return handle;
}

constexpr DWORD everything = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

}  // namespace

TEST_CASE("names outside every code page, and paths longer than 260 characters") {
  const Folder folder;
  std::string path = folder / "\xE5\xB1\xB1 \xD0\x96 \xC3\xBC \xF0\x9F\x99\x82";
  for (int i = 0; i < 8; ++i) path += "\\" + std::string(60, static_cast<char>('a' + i));
  REQUIRE(path.size() > 500);
  REQUIRE(sys().fs.make_directories(path));
  const std::string file = path + "/x.c";  // both separators
  put(file, "long");
  CHECK(content(file) == "long");
  CHECK(sys().fs.stat(file)->size == 4);
  const auto real = sys().fs.real_path(file);
  REQUIRE_MESSAGE(real, (real ? "" : real.error().text()));
  CHECK(content(*real) == "long");
  CHECK(path::file_name(*real) == "x.c");
  REQUIRE(sys().fs.rename(file, path + "\\y.c", Overwrite::no));
  const auto items = sys().fs.list(path);
  REQUIRE(items);
  REQUIRE(items->size() == 1);
  CHECK(items->front().name == "y.c");
  CHECK(sys().fs.append(path + "\\log", "line\n", {}));
  CHECK(content(path + "\\log") == "line\n");
}

TEST_CASE("facts tell one file from another and a change from none") {
  const Folder folder;
  put(folder / "a", "12345");
  put(folder / "b", "12345");
  const auto a = sys().fs.stat(folder / "a");
  const auto b = sys().fs.stat(folder / "b");
  REQUIRE(a);
  REQUIRE(b);
  CHECK(a->inode != 0);
  CHECK(a->inode != b->inode);
  CHECK(a->device == b->device);
  CHECK(a->same_content_as(*sys().fs.stat(folder / "a")));
  const std::int64_t now = sys().clock.now_ns();
  CHECK(a->mtime_ns <= now);
  CHECK(a->mtime_ns > now - 60'000'000'000);
  REQUIRE(sys().fs.set_mtime(folder / "a", 1'000'000'000'000'000'000));
  CHECK(sys().fs.stat(folder / "a")->mtime_ns == 1'000'000'000'000'000'000);
  CHECK(sys().fs.stat(folder / "a")->ctime_ns >= a->ctime_ns);
  const auto listed = sys().fs.list_with_facts(folder / ".");
  REQUIRE(listed);
  REQUIRE(listed->size() == 2);
  for (const ListedFile& file : *listed) CHECK(file.facts.size == 5);
}

TEST_CASE("errors have the causes that code decides on") {
  const Folder folder;
  std::string bytes;
  put(folder / "a", "1");
  CHECK(sys().fs.stat(folder / "none").error().cause == Cause::not_found);
  CHECK(sys().fs.stat(folder / "none\\none").error().cause == Cause::not_found);
  CHECK(sys().fs.stat("a\"b?*").error().cause == Cause::not_found);
  CHECK(sys().fs.stat(std::string("a\0b", 3)).error().cause == Cause::not_found);
  CHECK(sys().fs.create(folder / "a", {}).error().cause == Cause::exists);
  CHECK(sys().fs.remove(folder / "none").error().cause == Cause::not_found);
  CHECK_FALSE(sys().fs.read(folder / ".", bytes));
  CHECK_FALSE(sys().fs.remove(folder / "."));
  CHECK(sys().fs.read(folder / "a", bytes, 0).error().cause == Cause::too_large);
  CHECK(sys().fs.make_directories(folder / "."));
  CHECK_FALSE(sys().fs.make_directories(folder / "a"));
}

TEST_CASE("a new name is never taken over, an old one is replaced whole") {
  const Folder folder;
  put(folder / "a", "new");
  put(folder / "b", "old");
  CHECK(sys().fs.rename(folder / "a", folder / "b", Overwrite::no).error().cause == Cause::exists);
  CHECK(content(folder / "b") == "old");
  REQUIRE(sys().fs.rename(folder / "a", folder / "b", Overwrite::yes));
  CHECK(content(folder / "b") == "new");
  CHECK(sys().fs.stat(folder / "a").error().cause == Cause::not_found);
}

TEST_CASE("files that others have open are replaced and removed, and those keep what they had") {
  const Folder folder;
  put(folder / "target", "old");
  HANDLE reader = hold(folder / "target", everything);
  put(folder / "source", "new");
  CHECK(sys().fs.rename(folder / "source", folder / "target", Overwrite::yes));
  CHECK(content(folder / "target") == "new");
  char seen[4] = {};
  DWORD got = 0;
  CHECK(ReadFile(reader, seen, 3, &got, nullptr));
  CHECK(std::string(seen, got) == "old");
  CloseHandle(reader);

  HANDLE second = hold(folder / "target", everything);
  CHECK(sys().fs.write_output(folder / "target", "newer"));
  CHECK(content(folder / "target") == "newer");
  CloseHandle(second);
  CHECK(sys().fs.list(folder / ".")->size() ==
        1);  // what was moved away is gone with its last reader
}

TEST_CASE("folders and read-only files in the way stay where they are") {
  const Folder folder;
  REQUIRE(sys().fs.make_directories(folder / "busy\\child"));
  put(folder / "source", "1");
  CHECK_FALSE(sys().fs.write_output(folder / "busy", "x"));
  CHECK_FALSE(sys().fs.rename(folder / "source", folder / "busy", Overwrite::yes));
  CHECK(sys().fs.stat(folder / "busy\\child"));
  put(folder / "fixed", "old");
  SetFileAttributesA((folder / "fixed").c_str(), FILE_ATTRIBUTE_READONLY);
  CHECK(sys().fs.write_output(folder / "fixed", "new").error().cause == Cause::denied);
  CHECK(content(folder / "fixed") == "old");
  const auto refused = sys().fs.append(folder / "fixed", "x", {});
  const bool as_expected =
      refused || refused.error().cause == Cause::denied;  // Wine lets root append
  CHECK(as_expected);
  SetFileAttributesA((folder / "fixed").c_str(), FILE_ATTRIBUTE_NORMAL);
  CHECK(sys().fs.list(folder / ".")->size() == 3);
}

TEST_CASE("an output replaces a hard link instead of writing through it") {
  const Folder folder;
  put(folder / "cache", "cached");
  REQUIRE(CreateHardLinkA((folder / "out").c_str(), (folder / "cache").c_str(), nullptr));
  CHECK(sys().fs.stat(folder / "out")->links == 2);
  REQUIRE(sys().fs.write_output(folder / "out", "compiled"));
  CHECK(content(folder / "out") == "compiled");
  CHECK(content(folder / "cache") == "cached");
  CHECK(sys().fs.write_output("NUL", "nowhere"));
}

TEST_CASE("what is held without sharing for a moment is waited for, for long is an error") {
  const Folder folder;
  put(folder / "held", "1");
  HANDLE holder = hold(folder / "held", 0);
  std::string bytes;
  CHECK(sys().fs.read(folder / "held", bytes).error().cause == Cause::busy);
  struct Later {
    HANDLE handle;
    static DWORD WINAPI close(void* self) {
      Sleep(50);
      CloseHandle(static_cast<Later*>(self)->handle);
      return 0;
    }
  } later{holder};
  HANDLE thread = CreateThread(nullptr, 0, Later::close, &later, 0, nullptr);
  CHECK(content(folder / "held") == "1");
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

TEST_CASE(
    "appending ends torn lines, waits for holders to a deadline, and does not wait for folders") {
  const Folder folder;
  const std::string log = folder / "log";
  put(log, "torn");
  REQUIRE(sys().fs.append(log, "one\n", {}));
  REQUIRE(sys().fs.append(log, "two\n", {}));
  CHECK(content(log) == "torn\none\ntwo\n");
  AppendOptions binary;
  binary.text = false;
  put(folder / "binary", "ab");
  REQUIRE(sys().fs.append(folder / "binary", "cd", binary));
  CHECK(content(folder / "binary") == "abcd");

  AppendOptions soon;
  soon.deadline_ns = 30'000'000;
  HANDLE alone = hold(log, 0);
  CHECK(sys().fs.append(log, "three\n", soon).error().cause == Cause::busy);
  CloseHandle(alone);
  HANDLE reads_only = hold(log, FILE_SHARE_READ);
  CHECK(sys().fs.append(log, "three\n", soon).error().cause == Cause::busy);
  CloseHandle(reads_only);
  CHECK(sys().fs.with_append_lock(log, 30'000'000, [&]() -> Result<void> {
    CHECK(sys().fs.append(log, "three\n", soon).error().cause == Cause::busy);
    return {};
  }));
  CHECK(content(log) == "torn\none\ntwo\n");
  CHECK_FALSE(sys().fs.append(folder / ".", "x", {}));
  CHECK(sys().fs.append(folder / "none\\log", "x", {}).error().cause == Cause::not_found);
  CHECK(sys().fs.append("NUL", "x", {}));
}

TEST_CASE("a file for positioned access") {
  const Folder folder;
  auto file = sys().fs.open_random(folder / "r");
  REQUIRE(file);
  REQUIRE((*file)->write_at(10, "abc"));
  CHECK(*(*file)->read_at(9, 100) == std::string("\0abc", 4));
  CHECK((*file)->read_at(100, 1)->empty());
  CHECK(*sys().fs.read_part(folder / "r", 11, 1) == "b");
}

TEST_CASE(
    "programs get their words, their changed environment and both pipes; exit codes come back") {
  const auto own = sys().processes.own_path();
  REQUIRE(own);
  CHECK(sys().fs.stat(*own));
  const std::string shell = sys().env.get("COMSPEC").value_or("C:\\windows\\system32\\cmd.exe");
  Command echo{shell, {"cmd", "/c", "echo", "%DEJA_TEST%"}, {{"deja_test", "\xC3\xBC-value"}}};
  auto done = sys().processes.run(echo, {});
  REQUIRE_MESSAGE(done, (done ? "" : done.error().text()));
  CHECK(done->exit_code == 0);
  CHECK(done->out.find("-value") != std::string::npos);

  Command failing{shell, {"cmd", "/c", "exit", "300"}, {}};
  done = sys().processes.run(failing, {});
  REQUIRE(done);
  CHECK(done->exit_code == 300);
  CHECK(*sys().processes.become(failing) == 300);

  Command missing{"C:\\none\\none.exe", {"none"}, {}};
  CHECK(sys().processes.run(missing, {}).error().cause == Cause::not_found);
  CHECK(sys().processes.become(missing).error().cause == Cause::not_found);
}

TEST_CASE("both outputs are read at once, whatever their size") {
  Command self{*sys().processes.own_path(),
               {"self", "--test-case=child floods both outputs"},
               {{"DEJA_TEST_FLOOD", "1"}}};
  std::size_t out_bytes = 0;
  const auto done =
      sys().processes.run(self, [&](std::string_view chunk) { out_bytes += chunk.size(); });
  REQUIRE(done);
  CHECK(done->exit_code == 0);
  CHECK(done->out.empty());
  CHECK(out_bytes > 1'000'000);
  CHECK(done->err.size() == 1'000'000);
}

TEST_CASE("child floods both outputs") {
  if (!sys().env.get("DEJA_TEST_FLOOD")) return;
  const std::string block(10'000, 'x');
  for (int i = 0; i < 100; ++i) sys().console.write_out(block);
  for (int i = 0; i < 100; ++i) sys().console.write_err(block);
  sys().console.write_out(block);
}

TEST_CASE("a child inherits its three handles and no others") {
  const Folder folder;
  SECURITY_ATTRIBUTES inheritable{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  HANDLE leaky = CreateFileA((folder / "leaky").c_str(), GENERIC_WRITE, everything, &inheritable,
                             CREATE_ALWAYS, 0, nullptr);
  REQUIRE(leaky != INVALID_HANDLE_VALUE);
  const std::string value = std::to_string(reinterpret_cast<std::uintptr_t>(leaky));
  Command self{*sys().processes.own_path(),
               {"self", "--test-case=child looks for a handle"},
               {{"DEJA_TEST_HANDLE", value}}};
  const auto done = sys().processes.run(self, {});
  CloseHandle(leaky);
  REQUIRE(done);
  CHECK(done->exit_code == 0);
  CHECK(sys().fs.stat(folder / "leaky")->size == 0);
}

TEST_CASE("child looks for a handle") {
  const auto value = sys().env.get("DEJA_TEST_HANDLE");
  if (!value) return;
  DWORD put = 0;
  // The number may by chance be another handle of this process, but not one of that file: its size
  // is looked at by the parent.
  WriteFile(reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(std::stoull(*value))), "leak", 4,
            &put, nullptr);
}

TEST_CASE("who lives") {
  CHECK(sys().processes.is_alive(sys().processes.id()));
  CHECK_FALSE(sys().processes.is_alive(0x7ffffff0));
}

TEST_CASE("environment: case does not matter, text outside the code page survives") {
  SetEnvironmentVariableW(L"Deja_Test", L"\x5C71");
  CHECK(sys().env.get("DEJA_TEST") == std::optional<std::string>("\xE5\xB1\xB1"));
  SetEnvironmentVariableW(L"Deja_Test", L"");
  CHECK(sys().env.get("DEJA_TEST") == std::optional<std::string>(""));
  const std::wstring large(5000, L'x');
  SetEnvironmentVariableW(L"Deja_Test", large.c_str());
  CHECK(sys().env.get("DEJA_TEST")->size() == 5000);
  SetEnvironmentVariableW(L"Deja_Test", nullptr);
  CHECK_FALSE(sys().env.get("DEJA_TEST"));
  CHECK(sys().console.home());
}

TEST_CASE("local time has the date's own offset") {
  const LocalTime time = sys().clock.local(1'700'000'000'000'000'000);  // 2023-11-14 22:13:20 UTC
  CHECK(time.year == 2023);
  CHECK(time.month == 11);
  CHECK((time.day == 14 || time.day == 15));
  CHECK(time.second == 20);
}
