# What a compile writes beside the object: stored and restored, or the compiler runs.
. "$(dirname "$0")/lib.sh"

for cc in $(c_compilers); do
  fresh "$cc"
  mkdir sub
  put a.c <<<'int a(int x) { int big[100]; for (int i = 0; i < 100; i++) big[i] = x; return big[x]; }'
  stored=("-fstack-usage" "-g -gsplit-dwarf" "-gsplit-dwarf" "-g1 -gsplit-dwarf" "-g -gsplit-dwarf -gno-split-dwarf" "-g -gsplit-dwarf -MD -fstack-usage" "-gz -g")
  if is_clang "$cc"; then
    stored+=("--serialize-diagnostics a.dia -Wall" "-emit-llvm" "-gsplit-dwarf=split -g" "-gsplit-dwarf=single -g")
  else
    stored+=("-fcallgraph-info" "-fcallgraph-info=su,da" "-fdump-ipa-clones -O2")
  fi
  age
  for form in "${stored[@]}"; do
    for output in "-o a.o" "-o sub/x.y.o" ""; do
      # Without -o names are made as with it; gcc's follow more rules.
      if is_clang "$cc" && [[ -z $output && $form != "-g -gsplit-dwarf" ]]; then continue; fi
      # shellcheck disable=SC2086  # words are meant
      same_as_compiler "$form $output" cacheable hit -- "$cc" $form -c a.c $output
    done
  done
  # shellcheck disable=SC2086
  for form in "-g -gsplit-dwarf" "-fstack-usage"; do same_as_compiler "$form -o noending" cacheable hit -- "$cc" $form -c a.c -o noending; done

  for form in "-flto -frandom-seed=1" "-flto -ffat-lto-objects -frandom-seed=1" -S "-S -fverbose-asm" "-S -masm=intel" "-S -o x.s" "-fsyntax-only" "-S -g -gsplit-dwarf"; do
    # shellcheck disable=SC2086
    same_as_compiler "$form" any any -- "$cc" $form -c a.c
  done
  same_as_compiler "-S" cacheable hit -- "$cc" -S a.c -o sub/x.s
  same_as_compiler "-S without -o" cacheable hit -- "$cc" -S a.c

  aged=
  others=("-save-temps" "-save-temps=obj" "-save-temps=cwd" "-Wa,-aln" "-Wa,-aln=list.txt" "-Wa,--MD,as.d" "-dD" "-v" "-Q" "-ftime-report")
  if is_clang "$cc"; then
    others+=("-ftime-trace" "-fsave-optimization-record" "-foptimization-record-file=o.yaml -O2" "-fproc-stat-report=stat" "--analyze" "-MJ j" "-E" "-emit-llvm -S" "-fxray-instrument"
      "-Xclang -emit-llvm" "-Xclang -fdump-record-layouts" "-Rpass=inline -O2" "-rewrite-objc" "-fmodules -fmodules-cache-path=mc" "-gen-reproducer")
  else
    others+=("-fdump-tree-all" "-fdump-rtl-expand" "-dumpbase x" "-dumpdir sub/" "-aux-info protos" "-fopt-info=opt -O2" "-fopt-info-all=opt -O2" "-fsave-optimization-record -O2" "-da" "-fdump-go-spec=go" "-fcompare-debug" "-fdiagnostics-format=json-file"
      "-fdump-passes" "-fstats" "-fmem-report" "-wrapper env" "-gtoggle" "-frepo" "-dP -S" "-fdiagnostics-format=sarif-file" "-pass-exit-codes" "-fchecking" "-dA -S")
  fi
  for form in "${others[@]}"; do
    case $form in
      # They have times or temporary names: only what they leave behind is compared.
      -v | -Q | -Wa,--MD* | *report | -fstats | -gen-reproducer | *time-trace | *stat-report* | -fsave-opt*) only_names=yes ;;
      *) only_names= ;;
    esac
    if [[ $only_names ]]; then
      for run in cold warm; do
        # shellcheck disable=SC2086
        {
          snapshot
          observe "$TOP/bare" "$cc" $form -c a.c -o a.o
          observe "$TOP/$run" deja "$cc" $form -c a.c -o a.o
        }
        diff "$TOP/bare/listing" "$TOP/$run/listing" || fail "$form $run: other files"
        [[ -s $TOP/bare/stderr && ! -s $TOP/$run/stderr ]] && fail "$form $run: nothing on stderr"
        cmp -s "$TOP/bare/exit" "$TOP/$run/exit" || fail "$form $run: another exit code"
      done
    else
      # shellcheck disable=SC2086
      same_as_compiler "$form" any any -- "$cc" $form -c a.c -o a.o
    fi
  done
done
