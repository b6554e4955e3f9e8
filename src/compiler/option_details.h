// Meanings with a detail, as the tables write them.
#pragma once

#include "compiler/options.h"

namespace deja {

inline constexpr Meaning refused(OptionRole::refuse, Why::refused_option);
inline constexpr Meaning refused_module(OptionRole::refuse, Why::refused_module_option);

// Of options under which a compile leaves more than its outputs; named after the object or the
// source, or where the value says.
inline constexpr unsigned side_files = makes_files | no_preprocess | object_path | cwd;

inline constexpr Meaning search_quote(OptionRole::search, SearchDirectory::Kind::quote);
inline constexpr Meaning search_angle(OptionRole::search, SearchDirectory::Kind::angle);
inline constexpr Meaning search_system(OptionRole::search, SearchDirectory::Kind::system);
inline constexpr Meaning search_after(OptionRole::search, SearchDirectory::Kind::after);
inline constexpr Meaning prefixed_angle(OptionRole::search_with_prefix,
                                        SearchDirectory::Kind::angle);
inline constexpr Meaning prefixed_after(OptionRole::search_with_prefix,
                                        SearchDirectory::Kind::after);

inline constexpr Meaning maps_directory(OptionRole::prefix_map, Maps::debug_directory);
inline constexpr Meaning maps_other_paths(OptionRole::prefix_map, Maps::other_paths);

inline constexpr Meaning color_on(OptionRole::color, Color::on);
inline constexpr Meaning color_off(OptionRole::color, Color::off);
inline constexpr Meaning color_by_value(OptionRole::color, Color::by_value);

inline constexpr Meaning compile_as_c(OptionRole::cl_compile_as, Language::c);
inline constexpr Meaning compile_as_cpp(OptionRole::cl_compile_as, Language::cpp);
inline constexpr Meaning compile_this_as_c(OptionRole::cl_compile_this_as, Language::c);
inline constexpr Meaning compile_this_as_cpp(OptionRole::cl_compile_this_as, Language::cpp);

consteval Meaning output_beside(OutputKind kind) { return {OptionRole::output_beside, kind}; }
consteval Meaning output_named(OutputKind kind) { return {OptionRole::output_named, kind}; }
consteval Meaning profile_use(ProfileKind kind) { return {OptionRole::profile_use, kind}; }
consteval Meaning allowed_by(Sloppy what) { return {OptionRole::sloppy, what}; }

}  // namespace deja
