#include "wrap/explain.h"

#include "base/path.h"
#include "inputs/account.h"
#include "wrap/lookup.h"

namespace deja {

namespace {

// The slot of the object's last key; of its full name, as in another directory it is another.
Digest slot_of(const Session& session, const Invocation& call) {
  const std::string object = path::normal(path::join(session.working_directory, call.object.path));
  Hasher hasher;
  hasher.add("last key of", object);
  return hasher.finish();
}

}  // namespace

void remember_key(const Session& session, const Invocation& call, const Digest& direct) {
  if (session.digests != nullptr) session.digests->remember(slot_of(session, call), direct);
}

std::vector<Reason> why_no_manifest(const Session& session, const Invocation& call) {
  const Reason unknown{Why::first_compile, call.object.path};
  if (session.digests == nullptr) return {unknown};
  const auto last = session.digests->find(slot_of(session, call));
  if (!last) return {unknown};
  const auto manifest = peek_manifest(session, *last);
  const auto before = manifest ? decode_account(manifest->account()) : Account();
  if (!before || before->empty()) return {unknown};
  return differences(*before, account_of(session.ledger.inputs()));
}

std::string text_of(const std::vector<Reason>& reasons) {
  constexpr std::size_t most = 8;  // beyond them it is another compile altogether
  std::string out;
  for (std::size_t i = 0; i < reasons.size() && i < most; ++i)
    out.append(i == 0 ? "" : ", ").append(text_of(reasons[i]));
  if (reasons.size() > most) out += " and " + std::to_string(reasons.size() - most) + " more";
  return out;
}

}  // namespace deja
