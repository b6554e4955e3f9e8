# Completion of deja's options for fish; behind a compiler's name, that compiler's own.
complete -c deja -f -a '(__fish_complete_subcommand)'
complete -c deja -s s -l show-stats -d 'Show what the cache did and holds (-sv, -svv: more of it)'
complete -c deja -s p -l show-config -d 'Show every configuration key, its value and where that comes from'
complete -c deja -s o -l set-config -d 'Set a key in the cache'\''s configuration file' -x -a 'absolute_paths_in_stderr= base_dir= cache_dir= ceiling_dirs= ceiling_markers= compiler= compiler_check= compiler_type= compression= compression_level= debug= debug_dir= debug_level= depend_mode= direct_mode= disable= extra_files_to_hash= file_clone= hard_link= hash_dir= ignore_headers_in_manifest= ignore_options= inode_cache= keep_comments_cpp= libexec_dirs= log_file= max_files= max_size= msvc_dep_prefix= msvc_utf8= namespace= observe= path= pch_external_checksum= prefix_command= prefix_command_cpp= read_only= read_only_direct= recache= remote_only= remote_storage= reshare= response_file_format= safe_dirs= sloppiness= stats= stats_log= temporary_dir= umask='
complete -c deja -s M -l max-size -d 'Set max_size there: 500MB, 20GiB; a bare number is GiB, 0 no limit' -x
complete -c deja -s F -l max-files -d 'Set max_files there; 0 is no limit' -x
complete -c deja -s c -l cleanup -d 'Remove what is over the limits now, and recount'
complete -c deja -s C -l clear -d 'Remove every entry; the configuration stays'
complete -c deja -s z -l zero-stats -d 'Set the statistics to zero'
complete -c deja -l evict-older-than -d 'Remove what was not used for AGE: 10d, 12h, 30m, 90s, 500ms' -x
complete -c deja -l evict-namespace -d 'Remove what belongs to a namespace; with --evict-older-than, the old of it' -x
complete -c deja -s X -l recompress -d 'Store all results at this zstd level, or "uncompressed"' -x
complete -c deja -s x -l show-compression -d 'Show how well the cache is compressed (reads all of it)'
complete -c deja -l show-log-stats -d 'Show the statistics log (CCACHE_STATSLOG) as -s does'
complete -c deja -s d -l dir -d 'Work on this cache directory, as with CCACHE_DIR=PATH' -x -a '(__fish_complete_directories)'
complete -c deja -l config-path -d 'Work on this configuration file, as with CCACHE_CONFIGPATH=PATH' -r -F
complete -c deja -l dry-run -d 'Change nothing; say what would be done'
complete -c deja -l threads -d 'Use so many threads; without, one a processor' -x
complete -c deja -s v -l verbose -d 'Show more; twice for all'
complete -c deja -l stop-storage-helpers -d 'Stop helper programs of remote storage'
complete -c deja -s h -l help -d 'Show this text'
complete -c deja -s V -l version -d 'Show the version'
complete -c deja -l trim-dir -d 'Remove the least recently used files of a directory until it fits' -x -a '(__fish_complete_directories)'
complete -c deja -l trim-max-size -d 'The size to trim to' -x
complete -c deja -l trim-method -d 'What tells the last use: atime (as without this option) or mtime' -x -a 'atime mtime'
complete -c deja -l trim-recompress -d 'Store the results that are kept at this zstd level, or "uncompressed"' -x
complete -c deja -s k -l get-config -d 'Print the value of one key' -x -a 'absolute_paths_in_stderr base_dir cache_dir ceiling_dirs ceiling_markers compiler compiler_check compiler_type compression compression_level debug debug_dir debug_level depend_mode direct_mode disable extra_files_to_hash file_clone hard_link hash_dir ignore_headers_in_manifest ignore_options inode_cache keep_comments_cpp libexec_dirs log_file max_files max_size msvc_dep_prefix msvc_utf8 namespace observe path pch_external_checksum prefix_command prefix_command_cpp read_only read_only_direct recache remote_only remote_storage reshare response_file_format safe_dirs sloppiness stats stats_log temporary_dir umask'
complete -c deja -l print-stats -d 'Print all statistics, an id and a number a line'
complete -c deja -l print-log-stats -d 'Print the sums of the statistics log in the same form'
complete -c deja -l format -d 'Form of these two: tab (as without this option) or json' -x -a 'tab json'
complete -c deja -l print-version -d 'Print the version number alone'
complete -c deja -l inspect -d 'Describe a result or manifest file of the cache' -r -F
complete -c deja -l extract-result -d 'Write the outputs of a result file to ccache-result.* files here' -r -F
complete -c deja -l checksum-file -d 'Print the 128-bit XXH3 checksum of a file; - is standard input' -r -F
complete -c deja -l hash-file -d 'Print the digest by which deja knows a file'\''s content; - is standard input' -r -F
complete -c deja -l print-completion -d 'Print the completion script for a shell' -x -a 'bash zsh fish'
complete -c deja -l print-man-page -d 'Print the manual page deja(1)'
