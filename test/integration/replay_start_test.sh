# The fast start calls nothing outside its own file: the C library that would provide it has not started yet.
. "$(dirname "$0")/lib.sh"

object=$(dirname "$DEJA")/CMakeFiles/deja.dir/src/replay/start.cpp.o
[[ -f $object ]] || skip "built without the fast start"
command -v nm >/dev/null || skip "no nm"

# All that is undefined, and all that the linker could replace by another file's copy (weak), unless the name is this file's alone.
# The age of trust is a number in the program's image, which needs nobody to have started.
outside=$(nm "$object" | grep -E ' [UWVu] ' | grep -vE ' (U _start|U trust_age_ns|[WVu] _ZNK?17deja_before_start.*)$')
[[ -z $outside ]] || fail "start.cpp reaches out of its file: $outside"
