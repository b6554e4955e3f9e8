#include "manage/texts.h"

#include <fmt/format.h>

#include "base/text.h"
#include "config/options.h"
#include "manage/manage_options.h"

namespace deja {

namespace {

constexpr std::string_view usage =
    "deja remembers what compilers made, and serves it when the same is asked for again.\n"
    "\n"
    "Usage:\n"
    "  deja [KEY=VALUE ...] COMPILER [ARGUMENTS ...]   compile through the cache\n"
    "  COMPILER [ARGUMENTS ...]                        the same, where COMPILER is a link to deja\n"
    "  deja OPTIONS                                    look after the cache; several are done in "
    "order\n";

constexpr std::string_view closing =
    "\n"
    "Examples:\n"
    "  deja gcc -c hello.c                     compile; a second time it comes from the cache\n"
    "  cmake -DCMAKE_CXX_COMPILER_LAUNCHER=deja -DCMAKE_C_COMPILER_LAUNCHER=deja ...\n"
    "  deja -M 20GiB -s                        set the size limit, then show the statistics\n"
    "  deja -z; make; deja -s                  what one build got from the cache\n"
    "  deja debug=true gcc -c hello.c          leave files that explain a hit or a miss\n"
    "\n"
    "Every configuration key is an environment variable too: CCACHE_DIR, CCACHE_LOGFILE, "
    "CCACHE_DISABLE=1, ...\n"
    "deja -p lists the keys, deja(1) and docs/options.md explain them.\n";

constexpr std::string_view section_titles[] = {
    "Options:", "Directories of file storage (not the local cache):",
    "For scripts and for looking inside:"};

constexpr Section all_sections[] = {Section::common, Section::storage, Section::scripts};

std::string_view title_of(Section section) {
  return section_titles[static_cast<std::size_t>(section)];
}

// "  -c, --cleanup            Remove ...", the long names below each other.
std::string help_line(const ManageOption& option) {
  static constexpr std::size_t column = 32;
  std::string line =
      fmt::format("  {:<4}{}", option.letter() == 0 ? "" : std::string{'-', option.letter(), ','},
                  option.long_name());
  if (!option.value.empty()) line += fmt::format(" {}", option.value);
  line.resize(std::max(line.size() + 1, column), ' ');
  return fmt::format("{}{}\n", line, option.doc);
}

// --- the man page

// Text for roff: a backslash and a dash are themselves, a dot or quote does not begin a line.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
      out.append("\\&").push_back(c);
    else if (c != '`')
      out.push_back(c);
  }
  return out;
}

std::string man_option(const ManageOption& option) {
  std::string out = ".TP\n";
  if (option.letter() != 0) out += fmt::format("\\fB\\-{}\\fR, ", option.letter());
  out += fmt::format("\\fB{}\\fR", roff(option.long_name()));
  if (!option.value.empty()) out += fmt::format(" \\fI{}\\fR", option.value);
  return out + "\n" + roff(option.doc) + ".\n";
}

std::string man_key(const Option& option) {
  return fmt::format(".TP\n\\fB{}\\fR (\\fB{}\\fR, {})\n{}\n", option.key, variable_of(option),
                     type_name(option), roff(option.doc));
}

constexpr std::string_view man_beginning =
    ".SH NAME\n"
    "deja \\- compiler cache\n"
    ".SH SYNOPSIS\n"
    ".B deja\n"
    "[\\fIKEY\\fR=\\fIVALUE\\fR ...] \\fICOMPILER\\fR [\\fIARGUMENTS\\fR ...]\n"
    ".br\n"
    "\\fICOMPILER\\fR [\\fIARGUMENTS\\fR ...]\n"
    ".br\n"
    ".B deja\n"
    "\\fIOPTIONS\\fR\n"
    ".SH DESCRIPTION\n"
    "deja remembers what compilers made, and serves it when the same is asked for again. In front "
    "of a compiler, or called by a link that is named like one, it answers repeated compiles from "
    "its cache; whenever that cannot be done safely the real compiler runs.\n"
    ".PP\n"
    "It takes the place of ccache: the same environment variables, configuration files, options "
    "and statistics.\n"
    ".PP\n"
    "Options are carried out in the order given. They are read by \\fBdeja\\-manage\\fR, which "
    "\\fBdeja\\fR looks for in \\fBlibexec_dirs\\fR, beside itself, in \\fI../libexec/deja\\fR and "
    "on \\fBPATH\\fR.\n";

constexpr std::string_view man_end =
    ".SH EXIT STATUS\n"
    "With options 0, or 1 after an error. In front of a compiler what the compiler returned, or "
    "would have returned; 1 where the configuration is wrong or there is no such compiler.\n"
    ".SH FILES\n"
    ".TP\n"
    "\\fI~/.config/ccache/ccache.conf\\fR, \\fI$CCACHE_DIR/ccache.conf\\fR\n"
    "The configuration of the user or of a cache; \\fB\\-o\\fR writes there.\n"
    ".TP\n"
    "\\fI/etc/ccache.conf\\fR\n"
    "The configuration of the system.\n"
    ".TP\n"
    "\\fI~/.cache/deja\\fR\n"
    "The cache, where \\fBCCACHE_DIR\\fR names no other.\n"
    ".SH EXAMPLES\n"
    ".TP\n"
    "Compile through the cache\n"
    "deja gcc \\-c hello.c\n"
    ".TP\n"
    "Use it for a CMake project\n"
    "cmake \\-DCMAKE_CXX_COMPILER_LAUNCHER=deja \\-DCMAKE_C_COMPILER_LAUNCHER=deja ...\n"
    ".TP\n"
    "What one build got from the cache\n"
    "deja \\-z; make; deja \\-s\n"
    ".SH SEE ALSO\n"
    ".BR gcc (1),\n"
    ".BR clang (1),\n"
    ".BR ccache (1)\n";

// --- completions

std::string names_of(const ManageOption& option) {
  std::string out(option.long_name());
  if (option.letter() != 0) out.append(" -").push_back(option.letter());
  return out;
}

std::string key_words(std::string_view behind) {
  std::string out;
  for (const Option& option : options())
    out.append(out.empty() ? "" : " ").append(option.key).append(behind);
  return out;
}

std::string bash_values(const ManageOption& option) {
  switch (option.takes) {
    case Takes::nothing:
      return "";
    case Takes::word:
      return fmt::format("COMPREPLY=($(compgen -W \"{}\" -- \"$word\"))", option.choices);
    case Takes::file:
      return "COMPREPLY=($(compgen -f -- \"$word\"))";
    case Takes::directory:
      return "COMPREPLY=($(compgen -d -- \"$word\"))";
    case Takes::key:
      return "COMPREPLY=($(compgen -W \"$keys\" -- \"$word\"))";
    case Takes::setting:
      return "compopt -o nospace; COMPREPLY=($(compgen -S = -W \"$keys\" -- \"$word\"))";
  }
  return "";
}

std::string bash_script() {
  std::string all;
  std::string cases;
  for (const ManageOption& option : manage_options()) {
    all.append(all.empty() ? "" : " ").append(names_of(option));
    if (option.takes == Takes::nothing) continue;
    cases += fmt::format("    {}) {}; return ;;\n", text::replaced(names_of(option), " ", " | "),
                         bash_values(option));
  }
  return fmt::format(
      R"(# Completion of deja's options for bash; behind a compiler's name, that compiler's own.
_deja() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} at
  local keys="{}"
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ ${{COMP_WORDS[at]}} == -* ]] && break
    if [[ ${{COMP_WORDS[at]}} != *=* && ${{COMP_WORDS[at + 1]}} != = && ${{COMP_WORDS[at]}} != = &&
      ${{COMP_WORDS[at - 1]}} != = ]] && declare -F _command_offset >/dev/null; then
      _command_offset "$at"
      return
    fi
  done
  case $before in
{}  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "{}" -- "$word"))
  else
    COMPREPLY=($(compgen -c -- "$word"))
  fi
}}
complete -F _deja deja
)",
      key_words(""), cases, all);
}

std::string zsh_values(const ManageOption& option) {
  switch (option.takes) {
    case Takes::nothing:
      return "";
    case Takes::word:
      return option.choices.empty() ? fmt::format(":{}: ", option.value)
                                    : fmt::format(":{}:({})", option.value, option.choices);
    case Takes::file:
      return fmt::format(":{}:_files", option.value);
    case Takes::directory:
      return fmt::format(":{}:_files -/", option.value);
    case Takes::key:
      return fmt::format(":{}:({})", option.value, key_words(""));
    case Takes::setting:
      return fmt::format(":{}:({})", option.value, key_words("="));
  }
  return "";
}

std::string zsh_script() {
  std::string out =
      "#compdef deja\n"
      "# Completion of deja's options for zsh; behind a compiler's name, that compiler's own.\n"
      "_arguments -s -S \\\n";
  for (const ManageOption& option : manage_options()) {
    std::string doc = text::replaced(std::string(option.doc), ":", "\\:");
    doc = text::replaced(text::replaced(std::move(doc), "[", "\\["), "]", "\\]");
    const std::string behind = fmt::format("[{}]{}", doc, zsh_values(option));
    if (option.letter() != 0)
      out += fmt::format("  {} \\\n",
                         text::single_quoted(fmt::format("*-{}{}", option.letter(), behind)));
    out += fmt::format("  {} \\\n",
                       text::single_quoted(fmt::format("*{}{}", option.long_name(), behind)));
  }
  return out + "  '*:::compiler:_normal'\n";
}

std::string fish_values(const ManageOption& option) {
  switch (option.takes) {
    case Takes::nothing:
      return "";
    case Takes::word:
      return option.choices.empty() ? " -x"
                                    : fmt::format(" -x -a {}", text::single_quoted(option.choices));
    case Takes::file:
      return " -r -F";
    case Takes::directory:
      return " -x -a '(__fish_complete_directories)'";
    case Takes::key:
      return fmt::format(" -x -a {}", text::single_quoted(key_words("")));
    case Takes::setting:
      return fmt::format(" -x -a {}", text::single_quoted(key_words("=")));
  }
  return "";
}

std::string fish_script() {
  std::string out =
      "# Completion of deja's options for fish; behind a compiler's name, that compiler's own.\n"
      "complete -c deja -f -a '(__fish_complete_subcommand)'\n";
  for (const ManageOption& option : manage_options()) {
    const std::string letter = option.letter() == 0 ? "" : fmt::format(" -s {}", option.letter());
    out += fmt::format("complete -c deja{} -l {} -d {}{}\n", letter, option.long_name().substr(2),
                       text::single_quoted(option.doc), fish_values(option));
  }
  return out;
}

}  // namespace

std::string help_text(const Painter& paint) {
  std::string out(usage);
  for (const Section section : all_sections) {
    out += "\n" + paint(Paint::heading, title_of(section)) + "\n";
    for (const ManageOption& option : manage_options())
      if (option.section == section) out += help_line(option);
  }
  return out.append(closing);
}

std::string man_page() {
  std::string out = ".TH DEJA 1 \"\" \"deja " DEJA_VERSION "\" \"User Commands\"\n";
  out += man_beginning;
  out += ".SH OPTIONS\n";
  for (const Section section : all_sections) {
    const std::string_view title = title_of(section);
    out += fmt::format(".SS {}\n", roff(title.substr(0, title.size() - 1)));
    for (const ManageOption& option : manage_options())
      if (option.section == section) out += man_option(option);
  }
  out +=
      ".SH CONFIGURATION\n"
      "A key is set, highest precedence first, by a \\fIKEY\\fR=\\fIVALUE\\fR word before the "
      "compiler, by its environment variable, in the \\fIccache.conf\\fR of the working directory "
      "or one above it, in the cache's configuration file, or in the system's. A boolean variable "
      "is true when it is set, and \\fBCCACHE_NO\\fR... sets it false.\n";
  for (const Option& option : options()) out += man_key(option);
  return out.append(man_end);
}

std::optional<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  return std::nullopt;
}

}  // namespace deja
