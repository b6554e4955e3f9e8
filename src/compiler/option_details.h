// The values of CompilerOption::detail, for the tables and for their reader.
#pragma once

#include "compiler/invocation.h"
#include "compiler/options.h"
#include "compiler/outputs.h"
#include "config/config.h"

namespace deja {

inline constexpr unsigned unsupported = detail_of(Why::refused_option);
inline constexpr unsigned no_modules = detail_of(Why::refused_module_option);

inline constexpr unsigned search_quote = static_cast<unsigned>(SearchDirectory::Kind::quote);
inline constexpr unsigned search_angle = static_cast<unsigned>(SearchDirectory::Kind::angle);
inline constexpr unsigned search_system = static_cast<unsigned>(SearchDirectory::Kind::system);
inline constexpr unsigned search_after = static_cast<unsigned>(SearchDirectory::Kind::after);

constexpr unsigned output_detail(OutputKind kind) { return static_cast<unsigned>(kind); }
constexpr unsigned profile_detail(ProfileKind kind) { return static_cast<unsigned>(kind); }
constexpr unsigned sloppy_detail(Sloppy what) { return static_cast<unsigned>(what); }

}  // namespace deja
