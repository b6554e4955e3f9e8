#include "inputs/account.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/digest.h"

namespace deja {

namespace {

constexpr std::size_t least_row_size = 13;  // role, length of the name, answer

bool same_in_keys(const AccountRow& a, const AccountRow& b) {
  return a.role == b.role && a.answer == b.answer &&
         (a.name == b.name || !row_of(a.role).name_matters);
}

// Those of `rows` that `others` lack; equal ones cancel out one by one.
Account without(const Account& rows, Account others) {
  Account out;
  for (const AccountRow& row : rows) {
    const auto same = std::ranges::find_if(
        others, [&](const AccountRow& other) { return same_in_keys(row, other); });
    if (same == others.end())
      out.push_back(row);
    else
      others.erase(same);
  }
  return out;
}

// "option '-O2'", "working directory".
std::string title_of(const AccountRow& row) {
  std::string out(row_of(row.role).id);
  if (row.role != Role::directory && !row.name.empty()) out += " '" + row.name + "'";
  return out;
}

}  // namespace

Account account_of(std::span<const Input> inputs) {
  Account out;
  for (const Input& input : inputs) {
    const KeyPart part = row_of(input.role).part;
    const bool in_direct_key = part == KeyPart::common || part == KeyPart::direct;
    if (in_direct_key && input.kind != Input::Kind::absent)
      out.push_back({input.role, input.name, checksum_of(input.answer)});
  }
  return out;
}

std::string encode_account(const Account& account) {
  std::string bytes;
  ByteWriter out(bytes);
  for (const AccountRow& row : account) {
    out.u8(static_cast<std::uint8_t>(row.role));
    out.text(row.name);
    out.u64(row.answer);
  }
  return bytes;
}

Result<Account> decode_account(std::string_view bytes) {
  const Error corrupt{"decode account", "", "not the account of a compile", Cause::corrupt};
  ByteReader in(bytes);
  Account out;
  out.reserve(bytes.size() / least_row_size);
  while (!in.at_end()) {
    const std::uint8_t role = in.u8();
    const std::string_view name = in.text();
    const std::uint64_t answer = in.u64();
    if (!in.ok() || role >= std::size(role_rows)) return corrupt;
    out.push_back({static_cast<Role>(role), std::string(name), answer});
  }
  if (!in.ok()) return corrupt;
  return out;
}

std::vector<Reason> differences(const Account& before, const Account& now) {
  Account gone = without(before, now);
  std::vector<Reason> out;
  for (const AccountRow& row : without(now, before)) {
    const auto was = std::ranges::find_if(
        gone, [&](const AccountRow& old) { return old.role == row.role && old.name == row.name; });
    out.push_back({was == gone.end() ? Why::input_added : Why::input_changed, title_of(row)});
    if (was != gone.end()) gone.erase(was);
  }
  for (const AccountRow& row : gone) out.push_back({Why::input_removed, title_of(row)});
  if (out.empty()) out.push_back({Why::order_changed, {}});
  return out;
}

}  // namespace deja
