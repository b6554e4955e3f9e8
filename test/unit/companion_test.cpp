// Where deja finds its other programs.
#include "config/companion.h"

#include <doctest/doctest.h>

#include "fake/fake_system.h"
#include "posix_paths.h"

using namespace deja;

TEST_CASE("libexec_dirs, then beside deja, then ../libexec/deja, then PATH" * posix_paths()) {
  FakeSystem world;
  world.processes.own = "/opt/deja/bin/deja";
  world.env.variables["PATH"] = "/usr/bin:/bin";
  Config config;
  config.libexec_dirs = {"/first", "/second"};
  const auto found = [&] { return find_companion(world.system, config, "deja-manage"); };

  const auto missing = found();
  REQUIRE(!missing);
  CHECK(missing.error().text() ==
        "find 'deja-manage': it is not in /first, /second, /opt/deja/bin, "
        "/opt/deja/libexec/deja or on PATH");

  // From the last place to the first: each goes before the one that was found until then.
  world.fs.put_directory("/second/deja-manage");  // a directory is no program
  for (const char* place :
       {"/bin", "/usr/bin", "/opt/deja/libexec/deja", "/opt/deja/bin", "/first"}) {
    const std::string file = std::string(place) + "/deja-manage";
    world.fs.put(file, "program");
    const auto now = found();
    REQUIRE(now);
    CHECK(*now == file);
  }
}
