"""Compiles that differ in one thing that reaches what they leave behind: none may be served what belongs to another.

keys.py DEJA COMPILER [NAME…]: every variant of each family is compiled by the bare compiler, and deja is asked for its keys (its compiles
are kept from happening). Wherever two keys are equal, so that one variant would be served the other's result, the bare compiler's files,
messages and exit codes must be equal. Families in which names or headers decide are compiled through deja with one cache, in both orders
and in depend mode; then each step's two compiles in all modes. Enough keys must be equal, and enough compiles hits, for all that to mean
something. What the bare compiler did is kept below the build's directory, by the compiler and all that it was given.
"""
import functools, hashlib, itertools, os, pickle, re, shutil, subprocess, sys, tempfile, time

deja, compiler = os.path.realpath(sys.argv[1]), sys.argv[2]
clang = "clang" in compiler
cxx = "++" in compiler
base = {k: v for k, v in os.environ.items() if not k.startswith(("CCACHE_", "LC_", "XDG_"))}
modes = {"direct": {}, "preprocessor": {"CCACHE_NODIRECT": "1"}, "depend": {"CCACHE_DEPEND": "1"}}


# Families that have to be served: a result is made to fit the call, or manifests decide.
served = {"search path", "include", "CPATH", "unused variable of the other language", "object names", "dependency files", "passed on",
          "dependency words alone", "headers only asked for", "objects whose name is a suffix"}
# What only a manifest leaves unsaid shows in one order alone, and takes several files.
orders = {"direct": (1, -1), "depend": (-1,), "preprocessor": ()}

failures = 0
hits = 0
equal_keys = 0
least_hits = 60  # of a whole run
least_equal_keys = 40


class Variant:
    """files: name → text, written before; env: variables; args: words; cwd: where."""

    def __init__(self, name, args, files=None, env=None, cwd="."):
        self.name, self.args, self.files, self.env, self.cwd = name, args.split() if isinstance(args, str) else args, files or {}, env or {}, cwd


def source(text):
    return {"a.c": text}


plain = "int a(int x) { return x; }\n"
# The same preprocessed text, other columns, other comments.
layouts = {
    "tight": "int f(int x);\nstatic inline int g(int x) { return f(x)+1; }\nint a(int x) { int y=g(x); return f(y)+x; }\n",
    "wide": "int f(int x);\nstatic inline int g(int   x) { return   f(x)+1; }\nint   a(int x) { int   y=g(x); return   f(y)+x; /* two */ }\n",
}
assembly = {
    "tight": 'int a(int x) { __asm__ volatile("nop"); return x; }\n',
    "wide": 'int   a(int   x) {   __asm__ volatile("nop"); return   x; /* c */ }\n',
}


def of_layouts(args, texts=layouts):
    return [Variant(f"{args}, {n}", f"{args} -c a.c -o a.o", source(t)) for n, t in texts.items()]


def each(options, template="{} -c a.c -o a.o", text=plain, files=None):
    return [Variant(o, template.format(o), {**source(text), **(files or {})}) for o in options]


headers = {"one/h.h": "#define H 1\n", "two/h.h": "#define H 2\n"}
uses = '#include <h.h>\nint a = H;\n'
families = {
    "options": each(["", "-O1", "-O2", "-g", "-g1", "-g3", "-fPIC", "-w", "-Wall", "-m32", "-std=c99" if not cxx else "-std=c++14", "-fno-common", "-fshort-enums", "-DX", "-UX",
                     "-fno-asynchronous-unwind-tables", "-march=native", "-march=x86-64", "-mtune=native", "-ffunction-sections", "-fstack-protector-all", "-gz -g", "-x c", "-x c++"]),
    "search path": each(["-Ione", "-Itwo", "-Ione -Itwo", "-Itwo -Ione", "-isystem one", "-idirafter two -isystem one", "-iquote one -Itwo"], text=uses, files=headers),
    "macros": each(["-DM=1", "-DM=2", "-D M=3", "-DM=1 -UM -DM=4", "-DM=4 -DX", "-Wp,-DM=5", "-Xpreprocessor -DM=6"], text="int a = M;\n"),
    "include": each(["-include one/h.h", "-include two/h.h", "-imacros one/h.h", "-Ione -include h.h", "-Itwo -include h.h"], text="int a = H;\n", files=headers),
    "CPATH": [Variant(f"{v}={d}", "-c a.c -o a.o", {**headers, "a.c": uses}, {v: d}) for v in ("CPATH", "CPLUS_INCLUDE_PATH" if cxx else "C_INCLUDE_PATH") for d in ("one", "two", "one:two", "two:one")],
    "unused variable of the other language": [Variant(d, "-Ione -c a.c -o a.o", {**headers, "a.c": uses}, {"CPLUS_INCLUDE_PATH": d, "C_INCLUDE_PATH": d}) for d in ("", "two")],
    "__FILE__": [Variant(p, f"-c {p} -o a.o", {"a.c": "const char *a = __FILE__;\n"}) for p in ("a.c", "./a.c", "sub/../a.c")],
    "debug, other folders": [Variant(f"{o} in {d}", f"{o} -c a.c -o a.o", {f"{d}/a.c": plain}, cwd=d) for d in ("p", "q") for o in ("-g", "-g -O2", "-fprofile-arcs" if clang else "-fprofile-arcs -frandom-seed=1", "-g0")],
    "maps": [Variant(f"{maps} in {d}", [*maps.replace("TOP", "@TOP@").replace("HERE", f"@TOP@/{d}").split(), "-g", "-c", "a.c", "-o", "a.o"], {f"{d}/a.c": plain}, cwd=d)
             for d in ("p", "q", "p/q")
             for maps in ("-fdebug-prefix-map=TOP=X", "-fdebug-prefix-map=HERE=Y", "-fdebug-prefix-map=TOP=X -fdebug-prefix-map=HERE=Y", "-fdebug-prefix-map=HERE=Y -fdebug-prefix-map=TOP=X",
                          "-ffile-prefix-map=HERE=Y -fdebug-prefix-map=HERE=Z", "-fmacro-prefix-map=HERE=Y", "-fdebug-prefix-map=/=X")],
    "object names": [Variant(f"{o} to {n}", f"{o} -c a.c -o {n}", source(plain)) for n in ("a.o", "b.o", "sub/a.o") for o in ("-g -gsplit-dwarf", "--coverage -frandom-seed=1" if not clang else "--coverage", "-MD", "-fstack-usage")],
    "layout of headers": [Variant(f"{o} {h!r}", f"{o} -c a.c -o a.o", {"a.c": '#include "h.h"\nint b;\nF(\n  a)\n', "h.h": h})
                          for o in ("-g -O2", "-g -O0", "-g3", "-g -Wall", "-Wall -Wunused", "-fprofile-instr-generate -fcoverage-mapping" if clang else "-fsanitize=undefined", "-gdwarf-4 -O1")
                          for h in ("#define F(n) int n(int x) { int y = x * 2; return y / x; }\n", "#define   F(n)   int   n(int x)   {   int y = x * 2;  return   y / x; }\n",
                                    "#define G 1\n#define F(n) int n(int x) { int y = x * 2; return y / x; }\n", "#define F(n) int n(int x) { int y = x * 2; return y / x; }\nint c;\n",
                                    "#define F(n) int n(int x) { int y = x * 2; return y / x; }\nint   c;\n",
                                    "#define F(n) int n(int x) { int u; return x; }\n", "#define   F(n) int n(int x) { int   u; return x; } /* here */\n")],
    "time zone": [Variant(z, "-c a.c -o a.o", source("const char *a = __TIMESTAMP__;\n"), {"TZ": z}) for z in ("UTC", "Asia/Tokyo", "EST5EDT")],
    "SOURCE_DATE_EPOCH": [Variant(e, "-c a.c -o a.o", source("const char *a = __DATE__ __TIME__;\n"), {"SOURCE_DATE_EPOCH": e}) for e in ("1", "2", "86400000")] if not clang else [],  # Clang 14 does not know it
    "messages": [Variant(f"{e}", "-Wall -c a.c -o a.o", source("int a(int x) { int u; if (x = 1) return 2; retrun: return undeclred_function(3); }\nint undeclared_function(int);\n"), e)
                 for e in ({}, {"GCC_COLORS": "warning=01;36"}, {"LC_ALL": "C.UTF-8"}, {"GCC_EXTRA_DIAGNOSTIC_OUTPUT": "fixits-v1"}, {"GCC_EXTRA_DIAGNOSTIC_OUTPUT": "fixits-v2"}, {"COLUMNS": "20"})],
    "links in messages": [Variant(f"{e} {o}", f"-Wall {o} -c a.c -o a.o", source("int a(int x) { int u; return 3; }\n"), e)
                          for o in ("", "-fdiagnostics-urls=always", "-fdiagnostics-urls=never", "-fdiagnostics-plain-output") for e in ({}, {"GCC_URLS": "st"}, {"TERM_URLS": "bel"}, {"TERM_URLS": "no"})] if not clang else [],
    "layout": [v for o in ("", "-O2 -g", "-O2 -flto -frandom-seed=1", "-fverbose-asm -S", "-S", "-fstack-usage", "-ftest-coverage -frandom-seed=1", "--coverage -frandom-seed=1", "-Wa,-adhln=list.txt",
                           "-fsanitize=undefined", "-fsanitize=address", "-fprofile-generate -frandom-seed=1", "-finstrument-functions") for v in (of_layouts(o) if not (clang and o.startswith("-Wa")) else [])]
    + of_layouts("-O2") + of_layouts("-O2", assembly)
    + [v for o in (["-flto", "-flto=thin", "-emit-llvm", "-emit-llvm -O2", "-fprofile-instr-generate -fcoverage-mapping", "--serialize-diagnostics a.dia -Wall", "-fxray-instrument", "-Xclang -gcodeview"] if clang else
                   ["-fcallgraph-info=su,da", "-fcallgraph-info", "-O3 -fdump-ipa-clones", "-flto -ffat-lto-objects -frandom-seed=1", "-fopt-info-all"]) for t in (layouts, assembly) for v in of_layouts(o, t)],
    "dependency files": each(["", "-MD", "-MMD", "-MD -MP", "-MD -MT t", "-MD -MQ t$x", "-MD -MF x.d", "-Wp,-MD,x.d", "-Wp,-MMD,x.d", "-MD -MP -MT t"], text='#include <stddef.h>\n#include "one/h.h"\nint a = H;\n', files=headers),
    "response files": [Variant(t, "@r -c a.c -o a.o", {**source("#ifndef M\n#define M 0\n#endif\nint a = M;\n"), "r": t}) for t in ("-DM=1\n", "-DM=2\n", "-O2\n", "")],
    "passed on": each(["-Wa,--defsym,s=1", "-Wa,--defsym,s=2", "-Xassembler --noexecstack", "-Wa,--noexecstack", "-Wa,-g"] if not clang else
                      ["-Xclang -DM=1", "-Xclang -DM=2", "-Xclang -Ione", "-Xclang -Itwo", "-Xclang -include -Xclang one/h.h", "-mllvm -x86-asm-syntax=intel", "-mllvm -x86-asm-syntax=att", "-Wa,--noexecstack", "-Wa,-g"],
                      text="#if __has_include(<h.h>)\n#include <h.h>\n#endif\n#ifndef M\n#define M 0\n#endif\nint a = M;\n#ifdef H\nint h = H;\n#endif\n", files=headers),
    "profiles": [Variant(f"{n} {o}", f"-O2 {o} -c a.c -o a.o", {**source(plain), **({n: "x" * (i + 1)} if n else {})})
                 for i, n in enumerate(["", "a.gcda", "p/a.gcda", "a.gcda"]) for o in ("-fprofile-use", "-fprofile-use=p", "-fauto-profile=a.gcda")] if not clang else [],
    "files named by options": [Variant(f"{o} {t!r}", f"{o} -c a.c -o a.o", {**source(plain), "list": t}) for t in ("fun:a\n", "fun:b\n", "src:*\n")
                               for o in (["-fsanitize=address -fsanitize-blacklist=list", "-fsanitize=address -fsanitize-ignorelist=list", "-fsanitize=undefined -fsanitize-ignorelist=list", "-fxray-instrument -fxray-attr-list=list"] if clang else ["-fprofile-use=list"])]
    + ([Variant(f"specs {t!r}", "-specs=./my.specs -c a.c -o a.o", {**source(plain), "my.specs": t}) for t in ("*cc1:\n+ -O2\n\n", "*cc1:\n+ -g\n\n", "")] if not clang else
       [Variant(f"config {t!r}", "--config ./my.cfg -c a.c -o a.o", {**source(plain), "my.cfg": t}) for t in ("-O2\n", "-g\n", "")]),
    "plugins of no path": [Variant("-fplugin", "-fplugin=nothing -c a.c -o a.o", source(plain)), Variant("-specs", "-specs=nothing -c a.c -o a.o", source(plain))],
    "override": [Variant(e, "-c a.c -o a.o", source(plain), {"CCC_OVERRIDE_OPTIONS": e}) for e in ("#", "# +-g", "# +-O2 +-g", "# x-c")] if clang else [],
    "compiler's side files": [Variant(str(e), "-c a.c -o a.o", source(plain), e) for e in ({"CC_PRINT_OPTIONS": "1", "CC_PRINT_OPTIONS_FILE": "options.txt"}, {"CC_PRINT_HEADERS": "1", "CC_PRINT_HEADERS_FILE": "headers.txt"},
                             {"CC_LOG_DIAGNOSTICS": "1", "CC_LOG_DIAGNOSTICS_FILE": "diagnostics.txt"})] if clang else [],
    "assembler": [Variant(f"{o} {n}", f"{o} -c a.S -o a.o", {"a.S": t}) for o in ("", "-g", "-DM=1", "-DM=2", "-Wa,--defsym,z=3") for n, t in (("tight", ".globl a\na: ret\n.long M\n"), ("wide", ".globl a\na:   ret /* x */\n.long   M\n"))],
    "assembler text": [Variant(f"{o} {n}", f"{o} -c a.s -o a.o", {"a.s": t}) for o in ("", "-g", "-DM=1", "-O2") for n, t in (("one", ".globl a\na: ret\n"), ("two", ".globl b\nb: ret\n"))],
    "preprocessed": [Variant(f"{o} {t!r}", f"{o} -c a.i -o a.o", {"a.i": t}) for o in ("", "-g", "-DM=1", "-O2") for t in ('# 1 "a.c"\nint a(void) { return 1; }\n', '# 1 "b.c"\nint a(void) { return 1; }\n', 'int a(void) { return 2; }\n')],
    "macros in pragmas": [Variant(f"{n} {t!r}", f"-DN={n} -c a.c -o a.o", source(t + "\nstruct s { char c; int i; };\nint a = sizeof(struct s);\nint f(int *p) { int n = 0;\n#pragma GCC unroll 4\n  for (int i = 0; i < 9; ++i) n += p[i];\n  return n; }\n"))
                          for t in ("#pragma pack(N)", '_Pragma("pack(N)")', "#pragma pack(push, N)", "#pragma pack(1)") for n in (1, 4)],
    "options in files": ([Variant(f"config {c!r} {n!r} in {d}", "--config ./g.cfg -c a.c -o a.o", {f"{d}/a.c": "int a(int x) { return x * 2; }\n", f"{d}/g.cfg": c, f"{d}/n.cfg": n}, cwd=d)
                          for d in ("p", "q") for c in ("@n.cfg\n", "-g\n", "-MD\n", "-g -gsplit-dwarf\n", "-O1\n") for n in ("-O0\n", "-O2\n")] if clang else
                         [Variant(f"specs {c!r} {n!r} in {d}", "-specs=./g.specs -c a.c -o a.o", {f"{d}/a.c": "int a(int x) { return x * 2; }\n", f"{d}/g.specs": c, f"{d}/n.specs": n}, cwd=d)
                          for d in ("p", "q") for c in ("%include <n.specs>\n", "*cc1:\n+ -g\n\n", "*cc1:\n+ -O1\n\n") for n in ("*cc1:\n+ -O0\n\n", "*cc1:\n+ -O2\n\n")]),
    "the assembler's debug information": [Variant(f"{o} in {d}", f"{o} -c a.s -o a.o", {f"{d}/a.s": "nop\n"}, cwd=d) for d in ("p", "q") for o in ("-Wa,-g", "-Xassembler -g", "-Wa,--gdwarf-5")],
    "maps over another tree": [Variant(f"{m} {d}", [f"-f{m}-prefix-map=@TOP@/{d}=X", "-g", "-I@TOP@/one/inc", "-c", "a.c", "-o", "a.o"],
                                       {f"{d}/p/a.c": "#include <h.h>\nint a(int x) { return g(x); }\nconst char *f = F;\n", "one/inc/h.h": "static inline int g(int x) { return x + 1; }\n#define F __FILE__\n"}, cwd=f"{d}/p")
                               for m in ("debug", "file", "macro") for d in ("one", "two")]
    + [Variant(f"CPATH, {d}", [f"-ffile-prefix-map=@TOP@/{d}=X", "-g", "-c", "a.c", "-o", "a.o"],
               {f"{d}/p/a.c": "#include <h.h>\nint a(int x) { return g(x); }\n", "one/inc/h.h": "static inline int g(int x) { return x + 1; }\n"}, {"CPATH": "@TOP@/one/inc"}, cwd=f"{d}/p") for d in ("one", "two")],
    "comments that silence a warning": [Variant(f"{o} {c}", f"{o} -c a.c -o a.o", source(f"int f(int); int a(int x) {{ switch (x) {{ case 1: x = f(x); {c}\ncase 2: return 3; }} return x; }}\n"))
                                        for o in ("-Wextra", "-Werror -Wimplicit-fallthrough", "-Wall") for c in ("/* fall through */", "", "// FALLTHRU", "/* other */")],
    "dependency words alone": each(["-MT t", "-MF x.d", "-MP", "-MQ t -MP", "-MF x.d -MT t", "-o b.o"], text='#include "one/h.h"\nint a = H;\n', files=headers),
    "headers only asked for": [Variant(f"{o}", f"{o} -MD -c a.c -o a.o", {**headers, "a.c": "#if __has_include(<h.h>)\nint a;\n#endif\n"}) for o in ("-Ione", "-Itwo")],
    "objects whose name is a suffix": [Variant(f"{o} {n}", f"{o} -c a.c -o {n}", source(plain)) for n in (".o", ".hid", "sub/.o", ".a.o") for o in ("-g -gsplit-dwarf", "-MD", "-gsplit-dwarf -g0", "-O3 -fdump-ipa-clones" if not clang else "-O3")],
    "wrapped messages": each([f"-Wall -fmessage-length={n}" for n in (0, 30, 72)], text="int a(int x) { int unused_with_a_long_name_of_its_own; if (x = 1) return 2; return x; }\n"),
    "debug information asked of the front end": [Variant(d, "-Xclang -debug-info-kind=limited -c a.c -o a.o", {f"{d}/a.c": plain}, cwd=d) for d in ("p", "q")] if clang else [],
    "languages": [Variant(f"{l} {n}", f"-x {l} -c {n} -o a.o", {n: "int a(int x) { return sizeof('x') + x; }\n"}) for l in ("c", "c++", "cpp-output", "c++-cpp-output", "objective-c") for n in ("a.c", "a.cc", "a.i")],
}

# A step: the words, the files before and those that it writes, variables; the same command before and after it.
steps = {
    "-include found further down appears in the working directory": ("-Iinc -include x.h -c src/a.c -o a.o", {"src/a.c": "int a = X;\n", "inc/x.h": "#define X 1\n"}, {"x.h": "#define X 2\n"}),
    "-imacros the same": ("-Iinc -imacros x.h -c src/a.c -o a.o", {"src/a.c": "int a = X;\n", "inc/x.h": "#define X 1\n"}, {"x.h": "#define X 2\n"}),
    "a quoted header appears beside the header that includes it": ("-Iinc -Iother -c a.c -o a.o", {"a.c": '#include "inc/h.h"\nint a = X;\n', "inc/h.h": '#include "b.h"\n', "other/b.h": "#define X 1\n"}, {"inc/b.h": "#define X 2\n"}),
    "a quoted header appears beside the source": ("-Iinc -c src/a.c -o a.o", {"src/a.c": '#include "b.h"\nint a = X;\n', "inc/b.h": "#define X 1\n"}, {"src/b.h": "#define X 2\n"}),
    "a folder of the path appears": ("-Inew -Iinc -c a.c -o a.o", {"a.c": "#include <b.h>\nint a = X;\n", "inc/b.h": "#define X 1\n"}, {"new/b.h": "#define X 2\n"}),
    "a name in a new subfolder": ("-Ione -Iinc -c a.c -o a.o", {"a.c": "#include <s/b.h>\nint a = X;\n", "inc/s/b.h": "#define X 1\n", "one/z": ""}, {"one/s/b.h": "#define X 2\n"}),
    "has_include": ("-Iinc -c a.c -o a.o", {"a.c": "#if __has_include(<b.h>)\nint a = 1;\n#endif\nint b;\n", "inc/z": ""}, {"inc/b.h": ""}),
    "has_include behind a macro": ("-Iinc -c a.c -o a.o", {"a.c": "#define NAME <b.h>\n#if __has_include(NAME)\nint a = 1;\n#endif\nint b;\n", "inc/z": ""}, {"inc/b.h": ""}),
    "has_include_next": ("-Ione -Iinc -c a.c -o a.o", {"a.c": "#include <b.h>\nint b;\n", "one/b.h": "#if __has_include_next(<b.h>)\nint a = 1;\n#endif\n", "inc/z": ""}, {"inc/b.h": ""}),
    "include_next": ("-Ione -Itwo -Iinc -c a.c -o a.o", {"a.c": "#include <b.h>\nint b = X;\n", "one/b.h": "#include_next <b.h>\n", "two/z": "", "inc/b.h": "#define X 1\n"}, {"two/b.h": "#define X 2\n"}),
    "a precompiled header appears": ("-Iinc -include p.h -c a.c -o a.o", {"a.c": "int a = X;\n", "inc/p.h": "#define X 1\n"}, {"p.h": "#define X 3\n"}),
    "a profile appears": ("-O2 -fprofile-use -c a.c -o a.o", {"a.c": plain}, {"a.gcda": "broken"}),
    "a header changes, same size": ("-c a.c -o a.o", {"a.c": '#include "h.h"\nint a = X;\n', "h.h": "#define X 1\n"}, {"h.h": "#define X 2\n"}),
    "incbin": ("-c a.c -o a.o", {"a.c": '__asm__(".incbin \\"data\\"");\n', "data": "1"}, {"data": "2"}),
    "assembler include": ("-c a.S -o a.o", {"a.S": '.include "inc.s"\n', "inc.s": ".long 1\n"}, {"inc.s": ".long 2\n"}),
    "incbin hidden by a macro": ("-c a.S -o a.o", {"a.S": '#define BIN .incbin\nBIN "data"\n', "data": "1"}, {"data": "2"}),
    "pragma dependency": ("-c a.c -o a.o", {"a.c": '#pragma GCC dependency "x.h"\nint a;\n', "x.h": "1"}, {"x.h": "2"}),
    "a response file changes": ("@r -c a.c -o a.o", {"a.c": "int a = X;\n", "r": "-DX=1"}, {"r": "-DX=2"}),
    "a header appears in -I, found before in -isystem": ("-isystem two -Ione -c a.c -o a.o", {"a.c": "#include <hh.h>\nint a = X;\n", "two/hh.h": "#define X 2\n", "one/z": ""}, {"one/hh.h": "#define X 1\n"}),
    "a header appears in -iquote, found before in -I": ("-Ione -iquote two -c s/a.c -o a.o", {"s/a.c": '#include "hh.h"\nint a = X;\n', "one/hh.h": "#define X 2\n", "two/z": ""}, {"two/hh.h": "#define X 1\n"}),
    "a header that -D asks for": ("-DP=__has_include(\"x.h\") -c a.c -o a.o", {"a.c": "#if P\nint a;\n#endif\nint b;\n"}, {"x.h": ""}),
    "INCBIN": ("-c a.c -o a.o", {"a.c": '__asm__(".INCBIN \\"data\\"");\n', "data": "1"}, {"data": "2"}),
    "a dependency file of another name": ("-MF x.d -c a.c -o a.o", {"a.c": '#include "h.h"\nint a = X;\n', "h.h": "#define X 1\n"}, {"h.h": "#define X 2\n"}),
    "a target of two lines": (["-MD", "-MT", "t:\nu", "-c", "a.c", "-o", "a.o"], {"a.c": '#include "h.h"\nint a = X;\n', "h.h": "#define X 1\n"}, {"h.h": "#define X 2\n"}),
    "a folder of CPATH appears": ("-c a.c -o a.o", {"a.c": "#include <b.h>\nint a = X;\n", "two/b.h": "#define X 1\n"}, {"new/b.h": "#define X 2\n"}, {"CPATH": "@TOP@/new:@TOP@/two"}),
    "a header appears in CPATH, found before in -isystem": ("-isystem two -c a.c -o a.o", {"a.c": "#include <hh.h>\nint a = X;\n", "two/hh.h": "#define X 1\n", "one/z": ""}, {"one/hh.h": "#define X 2\n"}, {"CPATH": "one"}),
    "iwithprefix": ("-iprefix @TOP@/pre- -iwithprefixbefore one -Iinc -c a.c -o a.o", {"a.c": "#include <b.h>\nint a = X;\n", "inc/b.h": "#define X 1\n"}, {"pre-one/b.h": "#define X 2\n"}),
}


def write(top, files, age=True):
    for name, text in files.items():
        path = os.path.join(top, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text)
        if age:
            os.utime(path, ns=(1_600_000_000 * 10**9,) * 2)


def snapshot(top, inputs):
    out = {}
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, top)
            if relative not in inputs:
                with open(path, "rb") as file:
                    out[relative] = file.read()
                os.remove(path)
    return out


def run(top, words, env, cwd, inputs):
    words = [w.replace("@TOP@", top) for w in words]
    here = os.path.join(top, cwd)
    env = {name: value.replace("@TOP@", top) for name, value in env.items()}
    done = subprocess.run(words, cwd=here, env={**base, "PWD": here, **env}, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode, done.stdout, done.stderr, snapshot(top, inputs)


seen_bare = {}
kept = os.path.join(os.path.dirname(deja), "bare")
with open(shutil.which(compiler), "rb") as program:
    compiler_digest = hashlib.sha256(program.read()).hexdigest()


def bare_run(top, args, env, cwd, inputs):
    """What the bare compiler did with this, now or in an earlier run of the test."""
    told = repr((compiler_digest, compiler, base.get("LANG"), base.get("LANGUAGE"), base.get("PATH"), args, sorted(env.items()), cwd, sorted(inputs.items()) if isinstance(inputs, dict) else inputs))
    file = os.path.join(kept, hashlib.sha256(told.encode()).hexdigest())
    if os.path.isfile(file):
        with open(file, "rb") as stored:
            return pickle.load(stored)
    done = run(top, [compiler, *args], env, cwd, inputs)
    os.makedirs(kept, exist_ok=True)
    with open(file + ".part", "wb") as out:
        pickle.dump(done, out)
    os.rename(file + ".part", file)
    return done


def keys_of(top, variant, cache):
    """The keys under which deja looks for the variant's result, without its compile: (direct, text), None where it does not look."""
    log = cache + ".log"
    if os.path.exists(log):
        os.remove(log)
    quiet = {"CCACHE_PREFIX": "false", "CCACHE_NOSTATS": "1", "CCACHE_NOINODECACHE": "1", "CCACHE_LOGFILE": log, "CCACHE_DIR": cache}
    run(top, [deja, compiler, *variant.args], {**variant.env, **quiet}, variant.cwd, variant.files)
    with open(log, errors="replace") as lines:
        text = lines.read()
    if "Run the real compiler" in text:
        return None, None
    return tuple(found[1] if (found := re.search(rf"No {kind} ([0-9a-f]{{32}})", text)) else None for kind in ("manifest", "result"))


def difference(bare, seen):
    parts = [n for n, a, b in zip(("exit code", "stdout", "stderr", "files"), bare, seen) if a != b]
    files = [n for n in {**bare[3], **seen[3]} if bare[3].get(n) != seen[3].get(n)]
    return f"{parts} {files} differ"


def bare_of(top, variant):
    """What the bare compiler does with a variant; names of files as seen from where it runs."""
    shutil.rmtree(top, ignore_errors=True)
    os.makedirs(top + "/sub")
    write(top, variant.files)
    *streams, files = bare_run(top, variant.args, variant.env, variant.cwd, variant.files)
    return (*streams, {os.path.relpath(file, variant.cwd): content for file, content in files.items()})


def compare_keys(name, variants, top, cache):
    """Asks for all keys of a family; where two are equal, so must be what the bare compiler does, which runs for those alone."""
    global failures, equal_keys
    seen = []
    for variant in variants:
        shutil.rmtree(top, ignore_errors=True)
        os.makedirs(top + "/sub")
        write(top, variant.files)
        seen.append((variant, keys_of(top, variant, cache)))
    bare = functools.cache(lambda variant: bare_of(top, variant))
    for (one, (direct, text)), (other, (other_direct, other_text)) in itertools.combinations(seen, 2):
        same_files = one.files == other.files
        by_manifest = direct is not None and direct == other_direct and same_files
        by_text = text is not None and text == other_text
        if not by_manifest and not by_text:
            continue
        # Messages show lines of the sources, so a result with messages serves the same sources only.
        if not by_manifest and not same_files and bare(one)[2] and bare(other)[2]:
            continue
        equal_keys += 1
        if bare(one) != bare(other):
            failures += 1
            print(f"FAIL {compiler}: {name}: '{one.name}' and '{other.name}' have one key: {difference(bare(one), bare(other))}", flush=True)


def compare(what, mode, top, args, env, cwd, inputs, extra):
    global failures
    if what not in seen_bare:
        seen_bare[what] = bare_run(top, args, env, cwd, inputs)
    bare = seen_bare[what]
    time.sleep(0.015)
    seen = run(top, [deja, compiler, *args], {**env, **extra}, cwd, inputs)
    if bare == seen:
        return
    failures += 1
    print(f"FAIL {compiler}: {what} ({mode}): {difference(bare, seen)}\n  bare: {bare[0]} {bare[2][:300]}\n  deja: {seen[0]} {seen[2][:300]}", flush=True)


def forget(cache):
    """Counts the hits of a cache, and removes it."""
    global hits
    if os.path.isdir(cache):
        told = subprocess.run([deja, "--print-stats"], env={**base, "CCACHE_DIR": cache}, capture_output=True, text=True, check=True).stdout
        hits += sum(int(value) for name, value in (line.split("\t") for line in told.splitlines()) if name in ("direct_cache_hit", "preprocessed_cache_hit"))
    shutil.rmtree(cache, ignore_errors=True)


def main():
    with tempfile.TemporaryDirectory(prefix="deja-keys-") as root:
        top, cache = os.path.realpath(root) + "/w", root + "/cache"
        only = sys.argv[3:]
        for name, variants in families.items():
            if only and name not in only:
                continue
            if name not in served:
                compare_keys(name, variants, top, cache)
                continue
            for mode, extra in modes.items():
                for order in orders[mode]:
                    forget(cache)
                    for variant in variants[::order]:  # names may repeat
                        shutil.rmtree(top, ignore_errors=True)
                        os.makedirs(top + "/sub")
                        write(top, variant.files)
                        compare(f"{name}: {variants.index(variant)}: {variant.name}", mode, top, variant.args, variant.env, variant.cwd, variant.files, {**extra, "CCACHE_DIR": cache})
        # What a step changes shows in the text or forbids to go by it, whichever the compiler.
        step_modes = {mode: extra for mode, extra in modes.items() if not (clang and mode == "preprocessor")}
        for name, (args, before, after, *more) in steps.items():
            env = more[0] if more else {}
            args = args.split() if isinstance(args, str) else args
            if only and name not in only:
                continue
            for mode, extra in step_modes.items():
                forget(cache)
                shutil.rmtree(top, ignore_errors=True)
                os.makedirs(top)
                write(top, before)
                for turn in range(2):
                    compare(f"{name}, before", mode, top, args, env, ".", before, {**extra, "CCACHE_DIR": cache})
                write(top, after)
                for turn in range(2):
                    compare(f"{name}, after", mode, top, args, env, ".", {**before, **after}, {**extra, "CCACHE_DIR": cache})
        forget(cache)
    print(f"{hits} hits, {equal_keys} equal keys")
    if not only and (hits < least_hits or equal_keys < least_equal_keys):
        sys.exit(f"{compiler}: only {hits} hits and {equal_keys} equal keys, at least {least_hits} and {least_equal_keys} are expected")
    sys.exit(1 if failures else 0)


main()
