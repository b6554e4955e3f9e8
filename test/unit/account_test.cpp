// What an account remembers, and what it names as different.
#include "inputs/account.h"

#include <doctest/doctest.h>

#include <set>

#include "base/digest.h"
#include "compiler/invocation.h"

using namespace deja;

namespace {

std::vector<std::string> texts(const Account& before, const Account& now) {
  std::vector<std::string> out;
  for (const Reason& reason : differences(before, now)) out.push_back(text_of(reason));
  return out;
}

AccountRow option_row(const char* word) { return {Role::option, word, checksum_of("")}; }

}  // namespace

TEST_CASE("an account holds what enters the direct key, and survives its encoding") {
  const std::vector<Input> inputs = {
      {Role::option, Input::Kind::value, "-O2", ""},
      {Role::text_option, Input::Kind::value, "-DA", ""},
      {Role::variable, Input::Kind::value, "LANG", "C"},
      {Role::text, Input::Kind::value, "digest", "of the text's own key"},
      {Role::absent_candidate, Input::Kind::absent, "/no/file", ""},
      {Role::configuration, Input::Kind::file, "/etc/ccache.conf", ""},
  };
  const Account account = account_of(inputs);
  REQUIRE(account.size() == 3);
  CHECK(account[2] == AccountRow{Role::variable, "LANG", checksum_of("C")});
  const auto again = decode_account(encode_account(account));
  REQUIRE(again);
  CHECK(*again == account);
  const std::string bytes = encode_account(account);
  for (std::size_t size = 1; size < bytes.size(); ++size)
    if (const auto cut = decode_account(std::string_view(bytes).substr(0, size)))
      CHECK(cut->size() < account.size());  // between two rows
  CHECK(!decode_account("\xff\0\0\0\0xxxxxxxx"));
}

TEST_CASE("differences are named by kind and name") {
  const Account before = {option_row("-O2"),
                          option_row("-g"),
                          {Role::variable, "LANG", checksum_of("C")},
                          {Role::compiler, "/usr/bin/gcc", checksum_of("1 byte")},
                          {Role::directory, "of debug information", checksum_of("/a")}};
  CHECK(texts(before, before) == std::vector<std::string>{"the order of the options changed"});
  Account now = before;
  now[0] = option_row("-O3");
  CHECK(texts(before, now) ==
        std::vector<std::string>{"option '-O3' is new", "option '-O2' is gone"});
  now = before;
  now[2].answer = checksum_of("de_DE");
  now[3].answer = checksum_of("2 bytes");
  now[4].answer = checksum_of("/b");
  CHECK(texts(before, now) == std::vector<std::string>{"variable 'LANG' changed",
                                                       "compiler '/usr/bin/gcc' changed",
                                                       "working directory changed"});
  // Where the compiler lies is no part of the key.
  now = before;
  now[3].name = "/opt/bin/gcc";
  now.erase(now.begin() + 1);
  CHECK(texts(before, now) == std::vector<std::string>{"option '-g' is gone"});
  now = before;
  now.push_back(option_row("-O2"));
  CHECK(texts(before, now) == std::vector<std::string>{"option '-O2' is new"});
}

TEST_CASE("every reason has an id of its own and a text") {
  std::set<std::string_view> ids;
  for (const ReasonRow& row : reason_rows) {
    CHECK_MESSAGE(ids.insert(row.id).second, row.id);
    CHECK(!row.text.empty());
    CHECK(text_of(Reason{row.why, "x"}).find("{}") == std::string::npos);
  }
  CHECK(text_of(Reason{Why::header_changed, "a.h"}) == "header 'a.h' changed");
  CHECK(Bypass(Why::links).counted() == Outcome::called_for_link);
}
