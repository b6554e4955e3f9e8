# Completion of deja's options for bash; behind a compiler's name, that compiler's own.
_deja() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} at
  local keys="absolute_paths_in_stderr base_dir cache_dir ceiling_dirs ceiling_markers compiler compiler_check compiler_type compression compression_level debug debug_dir debug_level depend_mode direct_mode disable extra_files_to_hash file_clone hard_link hash_dir ignore_headers_in_manifest ignore_options inode_cache keep_comments_cpp libexec_dirs log_file max_files max_size msvc_dep_prefix msvc_utf8 namespace observe path pch_external_checksum prefix_command prefix_command_cpp read_only read_only_direct recache remote_only remote_storage reshare response_file_format safe_dirs sloppiness stats stats_log temporary_dir umask"
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ ${COMP_WORDS[at]} == -* ]] && break
    if [[ ${COMP_WORDS[at]} != *=* && ${COMP_WORDS[at + 1]} != = && ${COMP_WORDS[at]} != = &&
      ${COMP_WORDS[at - 1]} != = ]] && declare -F _command_offset >/dev/null; then
      _command_offset "$at"
      return
    fi
  done
  case $before in
    --set-config | -o) compopt -o nospace; COMPREPLY=($(compgen -S = -W "$keys" -- "$word")); return ;;
    --max-size | -M) COMPREPLY=($(compgen -W "" -- "$word")); return ;;
    --max-files | -F) COMPREPLY=($(compgen -W "" -- "$word")); return ;;
    --evict-older-than) COMPREPLY=($(compgen -W "" -- "$word")); return ;;
    --evict-namespace) COMPREPLY=($(compgen -W "" -- "$word")); return ;;
    --recompress | -X) COMPREPLY=($(compgen -W "" -- "$word")); return ;;
    --dir | -d) COMPREPLY=($(compgen -d -- "$word")); return ;;
    --config-path) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --threads) COMPREPLY=($(compgen -W "" -- "$word")); return ;;
    --trim-dir) COMPREPLY=($(compgen -d -- "$word")); return ;;
    --trim-max-size) COMPREPLY=($(compgen -W "" -- "$word")); return ;;
    --trim-method) COMPREPLY=($(compgen -W "atime mtime" -- "$word")); return ;;
    --trim-recompress) COMPREPLY=($(compgen -W "" -- "$word")); return ;;
    --get-config | -k) COMPREPLY=($(compgen -W "$keys" -- "$word")); return ;;
    --format) COMPREPLY=($(compgen -W "tab json" -- "$word")); return ;;
    --inspect) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --extract-result) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --checksum-file) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --hash-file) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --print-completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")); return ;;
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "--show-stats -s --show-config -p --set-config -o --max-size -M --max-files -F --cleanup -c --clear -C --zero-stats -z --evict-older-than --evict-namespace --recompress -X --show-compression -x --show-log-stats --dir -d --config-path --dry-run --threads --verbose -v --stop-storage-helpers --help -h --version -V --trim-dir --trim-max-size --trim-method --trim-recompress --get-config -k --print-stats --print-log-stats --format --print-version --inspect --extract-result --checksum-file --hash-file --print-completion --print-man-page" -- "$word"))
  else
    COMPREPLY=($(compgen -c -- "$word"))
  fi
}
complete -F _deja deja
