// The compiler layer's fuzz corpora, replayed.
#include <doctest/doctest.h>

#include "fuzz/compiler_fuzz.h"
#include "sys/system.h"

namespace deja {
namespace {

TEST_CASE("the fuzz corpora of the compiler layer") {
  struct Row {
    const char* folder;
    void (*check)(std::string_view);
  };
  constexpr Row rows[] = {{"argv", check_argv},
                          {"response_file", check_response_file},
                          {"depfile", check_depfile},
                          {"preprocessed", check_preprocessed}};
  Fs& fs = native_system().fs;
  for (const Row& row : rows) {
    const std::string folder = std::string(DEJA_SOURCE_DIR) + "/test/fuzz/corpus/" + row.folder;
    const auto items = fs.list(folder);
    REQUIRE(items);
    CHECK(items->size() >= 2);
    for (const DirectoryItem& item : *items) {
      std::string text;
      REQUIRE(fs.read(folder + "/" + item.name, text));
      row.check(text);
    }
  }
}

}  // namespace
}  // namespace deja
