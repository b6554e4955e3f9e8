# Response files in Windows' form: its quoting, UTF-8 and UTF-16. TinyCC splits them itself, so bare and through deja must agree.
. "$(dirname "$0")/lib.sh"

fresh
put a.c <<<$'int a = A;'
put "with space.c" <<<'int a = A;'
put plain.rsp <<<'-DA=1 -c a.c -o a.o'
put quoted.rsp <<<$'-DA=2\r\n-c "with space.c"\r\n-o "with space.o"'
put other.rsp <<<'-DA=3 -c a.c -o a.o'
same_as_compiler "plain" any -- tcc @plain.rsp
same_as_compiler "quoted" any -- tcc @quoted.rsp
same_as_compiler "another" any -- tcc @other.rsp
same_as_compiler "none" any -- tcc @none.rsp -c a.c

# What deja makes of them, in the words of its log: TinyCC cannot read UTF-16, so only the first of its words is looked at.
context="as Windows writes them"
export CCACHE_LOGFILE=$TOP/log CCACHE_RESPONSE_FILE_FORMAT=windows
compile cacheable tcc @quoted.rsp
printf -- '-DA=4 -c a.c -o a.o' | iconv -t UTF-16LE | { printf '\xff\xfe'; cat; } >utf16.rsp
same_as_compiler "UTF-16" any -- tcc @utf16.rsp
printf '\xef\xbb\xbf-DA=5 -c a.c -o a.o' >utf8.rsp
same_as_compiler "UTF-8 with a mark" any -- tcc @utf8.rsp
