// The ledger: what is asked for is written down once, and keys are filters over it.
#include "inputs/ledger.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "fake/fake_system.h"
#include "inputs/environment.h"

namespace deja {

namespace {

struct LedgerWorld : FakeSystem {
  SourceFiles files{fs, nullptr, clock.file_now_ns()};

  Ledger ledger(Sloppiness sloppy = {}) { return Ledger(env, files, sloppy); }
  Digest key(KeyPart part, Sloppiness sloppy = {}) { return key_of(part, ledger(sloppy).inputs()); }
};

const Input* find(const Ledger& ledger, Role role, const std::string& name) {
  const auto found = std::ranges::find_if(ledger.inputs(), [&](const Input& input) {
    return input.role == role && input.name == name;
  });
  return found == ledger.inputs().end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("each variable enters the keys that its row in the table says") {
  for (const VariableRow& row : variable_rows) {
    LedgerWorld world;
    const Digest common = world.key(KeyPart::common), direct = world.key(KeyPart::direct);
    std::string name(row.name);
    if (name.back() == '*') name.replace(name.size() - 1, 1, "_OTHER");
    CAPTURE(name);
    world.env.variables[name] = "value that nothing else has";
    const bool in_common = row.use == VariableUse::common || row.use == VariableUse::locale;
    const bool in_direct = row.use == VariableUse::direct || row.use == VariableUse::search;
    CHECK((world.key(KeyPart::common) != common) == in_common);
    CHECK((world.key(KeyPart::direct) != direct) == in_direct);
  }
}

TEST_CASE("the name before a star is found after the whole names that begin with it") {
  CHECK(variable_row("GCC_COLORS=x")->use == VariableUse::common);
  CHECK(variable_row("GCC_COLORS_TOO=x")->use == VariableUse::unkeyed);
  CHECK(variable_row("CC_PRINT_INTERNAL_STAT=1")->use == VariableUse::refused);
  CHECK(variable_row("CPATHS=x") == nullptr);
  CHECK(variable_row("EDITOR=vi") == nullptr);
}

TEST_CASE("the order of the environment means nothing, and sloppy locales enter no key") {
  LedgerWorld world;
  const Digest before = world.key(KeyPart::common, {static_cast<unsigned>(Sloppy::locale)});
  world.env.variables["LANG"] = "de_DE.UTF-8";
  CHECK(world.key(KeyPart::common, {static_cast<unsigned>(Sloppy::locale)}) == before);
  CHECK(world.key(KeyPart::common) != before);
}

TEST_CASE("a variable that no table knows forbids a replay") {
  LedgerWorld world;
  Ledger ledger = world.ledger();
  CHECK_FALSE(ledger.variable("CPATH"));
  CHECK(find(ledger, Role::unknown_variable, "CPATH") == nullptr);
  CHECK_FALSE(ledger.variable("MY_OWN"));
  REQUIRE(find(ledger, Role::unknown_variable, "MY_OWN") != nullptr);
  CHECK(row_of(Role::unknown_variable).replay == OnReplay::forbid);
}

TEST_CASE("files are written down with what was asked of them, absent ones too, each once") {
  LedgerWorld world;
  world.fs.put("/src/list", "fun:f");
  Ledger ledger = world.ledger();
  CHECK(ledger.content(Role::data_file, "/src/list"));
  CHECK(ledger.content(Role::data_file, "/src/list"));
  CHECK_FALSE(ledger.stat(Role::absent_candidate, "/src/x.h.gch"));
  const auto of_list = [](const Input& input) { return input.name == "/src/list"; };
  CHECK(std::ranges::count_if(ledger.inputs(), of_list) == 1);
  CHECK(find(ledger, Role::data_file, "/src/list")->content == digest_of("fun:f"));
  CHECK(find(ledger, Role::absent_candidate, "/src/x.h.gch")->kind == Input::Kind::absent);
}

TEST_CASE("a key is of the inputs of its part, in order, and continues the key before it") {
  LedgerWorld world;
  Ledger one = world.ledger(), two = world.ledger();
  one.value(Role::option, "-O2");
  one.value(Role::option, "-g");
  two.value(Role::option, "-g");
  two.value(Role::option, "-O2");
  CHECK(key_of(KeyPart::common, one.inputs()) != key_of(KeyPart::common, two.inputs()));
  CHECK(key_of(KeyPart::direct, one.inputs()) == key_of(KeyPart::direct, two.inputs()));
  CHECK(key_of(KeyPart::direct, one.inputs(), digest_of("a")) !=
        key_of(KeyPart::direct, one.inputs(), digest_of("b")));
}

}  // namespace deja
