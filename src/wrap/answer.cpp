// The pass list between an understood command and a served one.
#include "wrap/answer.h"

#include "wrap/compile.h"
#include "wrap/deliver.h"
#include "wrap/keep.h"

namespace deja {

namespace {

// The one place where a run is counted, but for what the store counts itself.
void count(const Session& session, const Sought& sought, const Verdict& verdict, Tier served_from) {
  Counts& counts = session.counts;
  if (sought.direct_missed) counts.add(Outcome::direct_cache_miss);
  if (sought.text_missed) counts.add(Outcome::preprocessed_cache_miss);
  const bool asks_here = !session.config.remote_only;
  if (sought.text_missed && asks_here) counts.add(Outcome::local_storage_miss);
  if (sought.text_missed && session.remote.may_answer()) counts.add(Outcome::remote_storage_miss);
  const auto* const served = std::get_if<Served>(&verdict);
  counts.add(served != nullptr ? served->how : std::get<Bypass>(verdict).counted());
  const bool is_hit = served != nullptr && (served->how == Outcome::direct_cache_hit ||
                                            served->how == Outcome::preprocessed_cache_hit);
  if (is_hit && is_remote(served_from)) {
    counts.add(Outcome::remote_storage_hit);
    if (asks_here) counts.add(Outcome::local_storage_miss);
  } else if (is_hit) {
    counts.add(Outcome::local_storage_hit);
  }
}

// No compiler writes its object in a directory's place.
bool names_directory(const Session& session, const Invocation& call) {
  const auto facts = session.system.fs.stat(call.object.path);
  return facts && facts->kind == FileKind::directory;
}

Verdict compile_and_keep(const Session& session, const Invocation& call, HeaderSearch& search,
                         Sought sought) {
  if (session.config.read_only) return Bypass(Why::only_looked_up);
  const auto compiled = compile(session, call, sought.text ? Ask::nothing_more : Ask::dependencies);
  if (!compiled) return Bypass(Why::compiler_not_run, compiled.error().text());
  if (compiled->finished.signal != 0) die_of(session, compiled->finished.signal);
  if (compiled->finished.exit_code != 0)
    return Served{
        names_directory(session, call) ? Outcome::bad_output_file : Outcome::compile_failed,
        compiled->finished.exit_code};
  return Served{keep(session, call, search, std::move(sought), *compiled), 0};
}

}  // namespace

Answer answer(const Session& session, const Invocation& call) {
  HeaderSearch search(session, call);
  auto sought = find(session, call, search);
  if (const Bypass* why = std::get_if<Bypass>(&sought)) {
    count(session, {}, *why, Tier::local);
    return {*why, std::nullopt};
  }
  Finding& finding = std::get<Finding>(sought);
  if (!finding.found) {
    Verdict verdict = compile_and_keep(session, call, search, finding.sought);
    count(session, finding.sought, verdict, Tier::local);
    return {std::move(verdict), std::nullopt};
  }
  Found& found = *finding.found;
  if (const auto done = deliver(session, call, found.entry, found.result); !done) {
    const Bypass why(Why::output_not_written, done.error().text());
    count(session, finding.sought, why, found.tier);
    return {why, std::nullopt};
  }
  const Served served{found.how, 0};
  count(session, finding.sought, served, found.tier);
  const bool inputs_known = found.how == Outcome::direct_cache_hit ||
                            keep_headers(session, call, search, std::move(finding.sought), found);
  return {served, inputs_known ? std::optional(std::move(found)) : std::nullopt};
}

}  // namespace deja
