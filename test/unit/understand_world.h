// A file system and a configuration to read command lines in, from /src.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "base/text.h"
#include "compiler/understand.h"
#include "fake/fake_fs.h"

namespace deja {

struct UnderstandWorld {
  FakeClock clock;
  FakeFs fs{clock};
  Config config;
  Family family = Family::gcc;
  bool is_cpp_driver = false;

  Understood read(const std::string& line) {
    UnderstandInput input;
    input.family = family;
    input.is_cpp_driver = is_cpp_driver;
    for (std::string_view word : text::words(line)) input.words.emplace_back(word);
    input.working_directory = "/src";
    return understand(fs, config, input);
  }
  // The call; a test failure and an empty one when it was refused.
  Invocation call(const std::string& line) {
    const Understood understood = read(line);
    const Bypass* bypass = std::get_if<Bypass>(&understood);
    INFO("command: ", line, ", refused: ", bypass ? text_of(bypass->why) : std::string());
    CHECK(bypass == nullptr);
    return bypass ? Invocation() : std::get<Invocation>(understood);
  }
  // The statistics id of the refusal, or "".
  std::string refusal(const std::string& line) {
    const Understood understood = read(line);
    const Bypass* bypass = std::get_if<Bypass>(&understood);
    return bypass ? std::string(id_of(bypass->counted())) : "";
  }
};

}  // namespace deja
