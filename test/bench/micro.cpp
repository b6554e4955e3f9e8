// Micro-benchmarks of what a hit and a miss spend their processor time on, each on the size of a
// C++ file with 300 headers.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/digest.h"
#include "compiler/preprocessed.h"
#include "compiler/understand.h"
#include "fake/fake_system.h"
#include "inputs/manifest.h"
#include "inputs/source_scan.h"
#include "store/entry.h"

namespace {

using namespace deja;

constexpr int headers = 300;

// A header's worth of declarations, about 10 KB.
std::string header_text() {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += fmt::format("extern int value_{0}; inline int get_{0}() {{ return value_{0}; }}\n", i);
  return text;
}

// What the preprocessor makes of 300 such headers, about 3 MB.
std::string preprocessed_text() {
  std::string text;
  for (int i = 0; i < headers; ++i)
    text += fmt::format("# 1 \"/usr/include/lib/header{}.h\" 1 3 4\n", i) + header_text();
  return text;
}

void bytes_of(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(size));
}

void digest_a_header(benchmark::State& state) {
  const std::string text = header_text();
  for (auto _ : state) benchmark::DoNotOptimize(digest_of(text));
  bytes_of(state, text.size());
}
BENCHMARK(digest_a_header);

void scan_a_header(benchmark::State& state) {
  const std::string text = header_text();
  for (auto _ : state) benchmark::DoNotOptimize(scan_source(text));
  bytes_of(state, text.size());
}
BENCHMARK(scan_a_header);

void scan_preprocessed_text(benchmark::State& state) {
  const std::string text = preprocessed_text();
  for (auto _ : state) {
    Hasher hasher;
    hasher.begin_stream("text");
    PreprocessedScanner scanner({"/src", true, {}},
                                [&](std::string_view bytes) { hasher.continue_stream(bytes); });
    for (std::size_t at = 0; at < text.size(); at += 65536)
      scanner.feed(std::string_view(text).substr(at, 65536));
    benchmark::DoNotOptimize(scanner.finish());
  }
  bytes_of(state, text.size());
}
BENCHMARK(scan_preprocessed_text);

void unpack_and_check_a_result(benchmark::State& state) {
  Entry entry;
  entry.parts.push_back({first_output_part, std::string(250'000, 'o')});
  const std::string bytes = *encode_entry(entry, std::nullopt);
  for (auto _ : state) benchmark::DoNotOptimize(decode_entry(bytes));
  bytes_of(state, bytes.size());
}
BENCHMARK(unpack_and_check_a_result);

// Decoding, matching every header against remembered digests, on a file system in memory.
void match_a_manifest(benchmark::State& state) {
  FakeSystem world;
  DigestCache digests(world.fs, "/cache/digests");
  ManifestEntry entry;
  for (int i = 0; i < headers; ++i) {
    const std::string path = fmt::format("/usr/include/lib{}/header{}.h", i % 20, i);
    world.fs.put(path, "int x;");
    entry.files.push_back({path, digest_of("int x;"), 6, 0, 0});
  }
  Manifest manifest;
  manifest.add(entry);
  const std::string bytes = manifest.encode();
  for (auto _ : state) {
    SourceFiles files(world.fs, &digests, world.clock.file_now_ns());
    benchmark::DoNotOptimize(Manifest::decode(bytes)->match(world.fs, files, {}));
  }
}
BENCHMARK(match_a_manifest);

void understand_a_command(benchmark::State& state) {
  FakeSystem world;
  UnderstandInput input;
  input.family = Family::gcc;
  input.is_cpp_driver = true;
  input.working_directory = "/src/build";
  input.words = {"-DNDEBUG", "-I/src/include", "-isystem",   "/opt/include", "-O2", "-g",
                 "-Wall",    "-Wextra",        "-std=c++20", "-MD",          "-MT", "a.o",
                 "-MF",      "a.o.d",          "-o",         "a.o",          "-c",  "/src/a.cpp"};
  const Config config;
  for (auto _ : state) benchmark::DoNotOptimize(understand(world.fs, config, input));
}
BENCHMARK(understand_a_command);

}  // namespace

BENCHMARK_MAIN();
