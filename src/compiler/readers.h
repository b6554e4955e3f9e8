// The readers of the families' command lines, and what they share.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/path.h"
#include "compiler/base_dir.h"
#include "compiler/options.h"
#include "compiler/understand.h"

namespace deja {

Understood understand_gcc(Fs& fs, const Config& config,
                          const UnderstandInput& input);  // gcc and clang
Understood understand_cl(Fs& fs, const Config& config,
                         const UnderstandInput& input);  // cl and clang-cl

inline constexpr CompilerOption unknown_option{"", Value::none};

// One option with its words and value.
struct Given {
  const CompilerOption& option;
  Argument argument;
  std::string value;

  bool has(Effect effect) const { return (option.effects & effect) != 0; }
};

// What every reader of a command line starts from and fills.
class CallReader {
 public:
  CallReader(Fs& fs, const Config& config, const UnderstandInput& input)
      : fs_(fs),
        config_(config),
        in_(input),
        base_dirs_(fs, config.base_dir, input.working_directory) {
    call_.family = input.family;
  }

 protected:
  // The first reason counts.
  void refuse(Why why, std::string object) {
    if (!refusal_) refusal_ = Bypass(why, std::move(object));
  }
  // Where an option's words go, by the effects in its row.
  static void set_reach(Given& given) {
    const Keys keys = given.has(in_text) ? Keys::direct : Keys::both;
    given.argument.keys = given.has(unkeyed) ? Keys::none : keys;
    given.argument.to_preprocess = !given.has(no_preprocess);
  }
  // --ccache-skip before a word: the word alone is passed on.
  void drop_first_word(Given& given) {
    given.argument.words.erase(given.argument.words.begin());
    call_.rewritten = true;
  }
  void add_search(SearchDirectory::Kind kind, std::string path) {
    call_.search.directories.push_back({kind, std::move(path)});
  }
  // A word of -mllvm. What LLVM's own options read and write is in no table; their names tell which
  // of them do.
  void take_backend_word(const std::string& word) {
    const std::string_view name = std::string_view(word).substr(0, word.find('='));
    for (const std::string_view file : {"dir", "file", "list", "output", "path", "stats"})
      if (name.find(file) != std::string_view::npos)
        return refuse(Why::refused_option, "-mllvm " + word);
  }
  // base_dir applied to a path of the command line.
  std::string local(const std::string& path) {
    std::string rewritten = base_dirs_.rewrite(path);
    call_.rewritten |= rewritten != path;
    return rewritten;
  }

  Fs& fs_;
  const Config& config_;
  const UnderstandInput& in_;
  BaseDirs base_dirs_;
  Invocation call_;
  std::optional<Bypass> refusal_;
  std::size_t next_ = 0;
  bool options_ended_ = false;
  unsigned effects_ = 0;  // of all options together
};

// The caller's choice of colours; the last one counts.
void take_color(Invocation& call, const Given& given);
// The text does not show all that -D and the like do: they are part of both keys.
void hide_nothing_in_text(Invocation& call);
// What making a precompiled header means for the keys.
void complete_pch(Invocation& call, bool by_clang);
// The word is listed in ignore_options, where a trailing * stands for any rest.
bool matches_ignored(const Config& config, const std::string& word);
// "out/foo" for "out/foo.o" and "out/" for "out/.foo": how gcc and clang name what lies beside the
// object.
std::string without_last_suffix(const std::string& file);

}  // namespace deja
