// Pages and scripts in docs/ that are made from tables: what lies there is what the tables say.
#include <doctest/doctest.h>

#include "base/text.h"
#include "config/options.h"
#include "manage/manage_options.h"
#include "manage/texts.h"
#include "sys/system.h"

using namespace deja;

TEST_CASE("generated pages are what the tables say (DEJA_UPDATE_DOCS=1 writes them)") {
  const std::pair<const char*, std::string> pages[] = {
      {"options.md", options_page()},
      {"man/deja.1", man_page()},
      {"completions/deja.bash", completion_script("bash").value()},
      {"completions/_deja", completion_script("zsh").value()},
      {"completions/deja.fish", completion_script("fish").value()},
  };
  Fs& fs = native_system().fs;
  for (const auto& entry : pages) {
    const std::string name = entry.first;
    const std::string& page = entry.second;
    const std::string file = std::string(DEJA_SOURCE_DIR) + "/docs/" + name;
    if (native_system().env.get("DEJA_UPDATE_DOCS")) REQUIRE(fs.write_output(file, page));
    std::string written;
    REQUIRE(fs.read(file, written));
    CHECK_MESSAGE(text::replaced(written, "\r\n", "\n") == page,
                  name << " is stale: run the tests with DEJA_UPDATE_DOCS=1");
  }
}

TEST_CASE("every option is in the help, the man page and each completion") {
  const std::string texts[] = {help_text(Painter(false)), completion_script("bash").value(),
                               completion_script("zsh").value()};
  for (const ManageOption& option : manage_options()) {
    for (const std::string& text : texts)
      CHECK_MESSAGE(text.find(option.long_name()) != std::string::npos, option.long_name());
    const std::string fish = " -l " + std::string(option.long_name().substr(2)) + " ";
    CHECK(completion_script("fish")->find(fish) != std::string::npos);
    const std::string roff = text::replaced(option.long_name(), "-", "\\-");
    CHECK(man_page().find("\\fB" + roff + "\\fR") != std::string::npos);
  }
  CHECK(!completion_script("tcsh"));
}
