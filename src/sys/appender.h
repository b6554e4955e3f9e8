// Appending to a log that many processes share, whatever stands in the way: a process that cannot
// have the log in time writes a file of its own beside it, and a later one brings the lines home.
//
//   <log>              the shared file
//   <log>.<process>    lines of a process that could not have it ("fallback")
//   <log>.fallbacks    a folder with an empty file for each of those processes, named by its
//   number; gone when all lines are home
//
// That folder exists so that nobody has to read the log's own: the usual append pays one stat of a
// name that is not there. It also keeps rotated logs (<log>.1) out of it: a fallback that is not on
// the list is left alone.
#pragma once

#include <string>
#include <string_view>

#include "sys/system.h"

namespace deja {

// What one call may wait for others, in nanoseconds; the last fifth is kept for the fallback.
inline constexpr std::int64_t append_budget_ns = 500'000'000;

// Appends `record`, whole lines, to `path`, or to the fallback when the log is busy or may not be
// written. First come the lines this process had to put aside, then the record; afterwards the
// fallbacks of processes that have ended are folded in. An error says that the record is in no
// file; it must never become the compile's.
Result<void> append_record(System& system, const std::string& path, std::string_view record);

}  // namespace deja
