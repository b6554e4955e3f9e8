// Traits of sources, each found in its true forms and not in those that only look like it.
#include "inputs/source_scan.h"

#include <doctest/doctest.h>

using namespace deja;

namespace {

std::uint16_t bits_of(std::string_view text) { return scan_source(text).traits.bits(); }

std::uint16_t only(bool SourceTraits::*trait) {
  SourceTraits traits;
  traits.*trait = true;
  return traits.bits();
}

}  // namespace

TEST_CASE("time macros are whole words") {
  CHECK(bits_of("const char* d = __DATE__;") == only(&SourceTraits::date_macro));
  CHECK(bits_of("__TIME__") == only(&SourceTraits::time_macro));
  CHECK(bits_of("x=__TIMESTAMP__;") == only(&SourceTraits::timestamp_macro));
  for (const char* text : {"MY__DATE__", "__DATE__S", "_DATE_", "__TIME", "__TIME_OUT__",
                           "__TIMESTAMP__2", "__date__", "$__TIME__"})
    CHECK_MESSAGE(bits_of(text) == 0, text);
}

TEST_CASE("embed: every spelling of the directive, nothing else") {
  for (const char* text :
       {"#embed <a>", "#  embed \"a\"", "x\n\t#\tembed <a>", "%:embed <a>", "?\?=embed <a>",
        "#/**/embed <a>", "/* x\n */ #embed <a>", "# \\\nembed <a>", "\r#embed <a>",
        "\xEF\xBB\xBF#embed <a>", "#if __has_embed(<a>)"})
    CHECK_MESSAGE(bits_of(text) == only(&SourceTraits::embed), text);
  for (const char* text :
       {"embed", "int embed;", "# embedded", "#reembed", "// embed this", "// #embed", "x #embed"})
    CHECK_MESSAGE(bits_of(text) == 0, text);
}

TEST_CASE("assembler directives, but not members of that name") {
  CHECK(bits_of("asm(\".incbin \\\"a\\\"\");") == only(&SourceTraits::incbin));
  CHECK(bits_of("\t.incbin \"a\"") == only(&SourceTraits::incbin));
  CHECK(bits_of("asm(\"x: \\012.incbin \\\"a\\\"\");") == only(&SourceTraits::incbin));
  for (const char* text : {".include \"a.s\"", "asm(\"\\t.include \\\"a\\\"\");",
                           "asm(\".include \" FILE)", "x: .include FILE"})
    CHECK_MESSAGE(bits_of(text) == only(&SourceTraits::assembler_include), text);
  for (const char* text : {"a.include = 1", "f().include(x)", "a[1].include()", "{ .include = 1 }",
                           ".included", ".incbins", "a.incbin |= b", "#include <a>"})
    CHECK_MESSAGE(bits_of(text) == 0, text);
}

TEST_CASE("the assembler's directives in upper case are the same") {
  CHECK(bits_of("asm(\".INCBIN \\\"a\\\"\");") == only(&SourceTraits::incbin));
  CHECK(bits_of(".Include \"a.s\"") == only(&SourceTraits::assembler_include));
}

TEST_CASE("what says that a case falls through") {
  for (const char* text :
       {"/* fall through */", "// FALLTHRU", "/* Falls through. */", "/*-fallthrough*/",
        "/* Intentional fall-through */", "// fall-thru", "fallthrough"})
    CHECK_MESSAGE(bits_of(text) == only(&SourceTraits::falls_through), text);
  for (const char* text :
       {"/* falling */", "// fall", "/* fall back */", "all through", "f a l l t h r"})
    CHECK_MESSAGE(bits_of(text) == 0, text);
}

TEST_CASE("has_include: a macro named like it probes for what it is given") {
  const SourceScan scan = scan_source("#if __glibc_has_include (\"linux/stat.h\")\n#endif\n");
  CHECK(scan.traits.bits() == only(&SourceTraits::probes_names));
  CHECK(scan.probed_names == std::vector<std::string>{"linux/stat.h"});
}

TEST_CASE("has_include: literal names are told, everything else is computed") {
  const SourceScan scan = scan_source(
      "#if __has_include(<b/b.h>) && __has_include( \"a.h\" )\n#elif "
      "__has_include_next(<a.h>)\n#endif");
  CHECK(scan.traits.bits() == only(&SourceTraits::probes_names));
  CHECK(scan.probed_names == std::vector<std::string>{"a.h", "b/b.h"});
  for (const char* text :
       {"#if __has_include(NAME)", "#if __has_include(<unclosed\n>)", "#define H __has_include\n",
        "#if 1 && \\\n __has_include(NAME)", "#if /*\n*/ __has_include NAME",
        "#if __has_include(<>)", "#if __has_include"})
    CHECK_MESSAGE(bits_of(text) == only(&SourceTraits::probes_computed), text);
  for (const char* text :
       {"#ifdef __has_include", "#if defined(__has_include)", "#if defined __has_include",
        "#  define __has_include(x) 0", "__has_include_x(<a>)", "#undef __has_include",
        "#endif // __has_include", "#endif /* __has_include_next */",
        "/* Not computed, since an\n   __has_include argument is not (PR 80005).  */\n#if 1",
        "# define __glibc_has_include __has_include",
        "#define __glibc_has_include(header) __has_include (header)"})
    CHECK_MESSAGE(bits_of(text) == 0, text);
}

TEST_CASE("ccache:disable counts in the first 4096 bytes only") {
  CHECK(bits_of("// ccache:disable") == only(&SourceTraits::disables_cache));
  CHECK(bits_of(std::string(4096 - 14, ' ') + "ccache:disable") ==
        only(&SourceTraits::disables_cache));
  CHECK(bits_of(std::string(4096 - 13, ' ') + "ccache:disable") == 0);
}

TEST_CASE("a word is found wherever it lies in the blocks of the sieve") {
  for (std::size_t before = 0; before < 200; ++before) {
    for (std::size_t after : {std::size_t{0}, std::size_t{1}, std::size_t{70}}) {
      const std::string text = std::string(before, ' ') +
                               "__TIME__\n#embed __has_include(<x>) .incbin" +
                               std::string(after, '\n');
      const SourceTraits traits = scan_source(text).traits;
      CHECK((traits.time_macro && traits.embed && traits.probes_names && traits.incbin &&
             !traits.date_macro));
    }
  }
}

TEST_CASE("a text in pieces is judged as a whole") {
  const std::string text =
      "#if __has_include(<b/b.h>)\n#endif\nasm(\".incbin \\\"a\\\"\");\n  #embed <x>\n/* Falls "
      "through */ char d[] = __DATE__;\n";
  const SourceScan whole = scan_source(text);
  for (std::size_t before = 0; before < 300; before += 7) {
    const std::string long_text =
        std::string(before, '\n') + text + std::string(9000, ' ') + "\n" + text;
    for (const std::size_t piece : {1ul, 50ul, 64ul, 4096ul, 5000ul}) {
      SourceScanner scanner;
      for (std::size_t at = 0; at < long_text.size(); at += piece)
        scanner.feed(std::string_view(long_text).substr(at, piece));
      const SourceScan scan = scanner.finish();
      REQUIRE(scan.traits.bits() == whole.traits.bits());
      REQUIRE(scan.probed_names == whole.probed_names);
    }
    if (before > 30) before += 40;
  }
  SourceScanner scanner;
  scanner.feed("int a; " + std::string(80000, 'x'));
  scanner.feed("\n");
  CHECK(scanner.finish().traits.probes_computed);
}

TEST_CASE("bits keep every trait") {
  for (unsigned bit = 0; bit < 9; ++bit)
    CHECK(SourceTraits::from_bits(static_cast<std::uint16_t>(1u << bit)).bits() == 1u << bit);
  CHECK(SourceTraits::from_bits(0xffff).bits() == 0x3ff);
}
