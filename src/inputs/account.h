// The account of a compile: which questions its direct key is made of, and what was answered. It is
// kept with the manifest, so that a miss by another key can name what is different.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/reason.h"
#include "base/result.h"
#include "inputs/ledger.h"

namespace deja {

// An input as an account remembers it; of the answer only that it was another.
struct AccountRow {
  Role role;
  std::string name;
  std::uint64_t answer;  // checksum_of() it

  bool operator==(const AccountRow&) const = default;
};

using Account = std::vector<AccountRow>;

// Of all inputs that enter the direct key, in their order.
Account account_of(std::span<const Input> inputs);

std::string encode_account(const Account& account);
// Error with Cause::corrupt: no account, or of a version with other roles.
Result<Account> decode_account(std::string_view bytes);

// What differs between two compiles whose keys differ, what is new first.
std::vector<Reason> differences(const Account& before, const Account& now);

}  // namespace deja
