// The codec of `.d` files.
#include "store/string_list.h"

#include <doctest/doctest.h>

using namespace deja;

TEST_CASE("strings come back as they were, whatever is in them") {
  for (const std::vector<std::string>& strings :
       {std::vector<std::string>{}, {"C:/include", "/usr/include:with colon", ""}, {"\0\n"}})
    CHECK(decode_strings(encode_strings(strings)) == strings);
}

TEST_CASE("a list that is cut, longer or changed anywhere is none") {
  const std::string whole = encode_strings({"/usr/include", "/usr/local/include"});
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CHECK_FALSE(decode_strings(whole.substr(0, i)));
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    CHECK_FALSE(decode_strings(changed));
  }
  CHECK_FALSE(decode_strings(whole + "x"));
}
