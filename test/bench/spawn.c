// Times several commands in turn, as whole processes: A B C C B A A B C …, so that a drifting
// machine touches all alike, and none always runs behind the same other one, which leaves caches
// cold or warm for it.
//
//   spawn ROUNDS COMMAND_FILE...
//
// A command file has one word a line; lines before a line "--" are preparations done before each
// run, untimed: "enter FOLDER", "touch PATH", "remove PATH", "append PATH TEXT" (TEXT, a number
// that never repeats and a semicolon), "shell COMMAND". "lanes N" there has N processes of it run
// at once, timed until the last one ends; LANE in its words is a process's number. After "--" come
// NAME=VALUE words, then the command. Prints a line a command: peak memory in KiB, then the
// nanoseconds of every run.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

enum { most_words = 4096, most_commands = 16, most_rounds = 4096, most_lanes = 64 };

struct command {
  char* prepare[64];
  char* words[most_words];
  char* environment[most_words];
  long long taken[most_rounds];
  long peak_kib;
  int lanes;
};

static void die(const char* what) {
  perror(what);
  exit(2);
}

// Lines of the file: preparations, "--", NAME=VALUE words, then the command from the first word
// without '=' in front.
static void load(struct command* command, const char* path) {
  FILE* file = fopen(path, "r");
  if (!file) die(path);
  char line[65536];
  int prepares = 0, words = 0, variables = 0, past = 0;
  command->lanes = 1;
  for (char** variable = environ; *variable; ++variable)
    command->environment[variables++] = *variable;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    if (!past && strcmp(line, "--") == 0) {
      past = 1;
    } else if (!past && sscanf(line, "lanes %d", &command->lanes) == 1) {
      if (command->lanes < 1 || command->lanes > most_lanes) die("lanes");
    } else if (!past) {
      command->prepare[prepares++] = strdup(line);
    } else if (words == 0 && strchr(line, '=') && line[0] != '/') {
      command->environment[variables++] = strdup(line);
    } else {
      command->words[words++] = strdup(line);
    }
  }
  fclose(file);
}

static void prepare(const char* line) {
  char verb[16], first[4096], rest[4096] = "";
  if (sscanf(line, "%15s %4095s %4095[^\n]", verb, first, rest) < 2) return;
  if (strcmp(verb, "enter") == 0) {
    if (chdir(first) != 0) die(first);
  } else if (strcmp(verb, "touch") == 0) {
    utimensat(AT_FDCWD, first, NULL, 0);
  } else if (strcmp(verb, "remove") == 0) {
    unlink(first);
  } else if (strcmp(verb, "append") == 0) {
    FILE* file = fopen(first, "a");
    if (!file) die(first);
    static long counter;
    fprintf(file, "%s%ld;\n", rest, ++counter);
    fclose(file);
  } else if (strcmp(verb, "shell") == 0) {
    char all[8300];
    snprintf(all, sizeof all, "%s %s", first, rest);
    if (system(all) != 0) die(all);
  }
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

// The command's words with LANE replaced, each time into the same room: a child has its own copy
// once it is spawned.
static char** words_of(struct command* command, int lane) {
  static char* words[most_words];
  static char room[most_words];
  char* to = room;
  for (int i = 0; i < most_words && (words[i] = command->words[i]); ++i) {
    const char* at = strstr(command->words[i], "LANE");
    if (!at) continue;
    words[i] = to;
    to += snprintf(to, (size_t)(room + sizeof room - to), "%.*s%d%s", (int)(at - command->words[i]),
                   command->words[i], lane, at + 4) +
          1;
    if (to > room + sizeof room) die("words with LANE");
  }
  return words;
}

static long long run(struct command* command, posix_spawn_file_actions_t* quiet) {
  for (char** line = command->prepare; *line; ++line) prepare(*line);
  const long long start = now();
  pid_t child;
  for (int lane = 0; lane < command->lanes; ++lane)
    if (posix_spawnp(&child, command->words[0], quiet, NULL, words_of(command, lane),
                     command->environment) != 0)
      die(command->words[0]);
  for (int lane = 0; lane < command->lanes; ++lane) {
    int status;
    struct rusage used;
    if (wait4(-1, &status, 0, &used) < 0) die("wait4");
    if (status != 0) {
      fprintf(stderr, "'%s' ended with status %d\n", command->words[0], status);
      exit(2);
    }
    command->peak_kib = used.ru_maxrss > command->peak_kib ? used.ru_maxrss : command->peak_kib;
  }
  return now() - start;
}

int main(int argc, char** argv) {
  const int rounds = argc > 2 ? atoi(argv[1]) : 0;
  const int count = argc - 2;
  if (rounds < 1 || rounds > most_rounds || count > most_commands) {
    fprintf(stderr, "usage: spawn ROUNDS COMMAND_FILE...\n");
    return 2;
  }
  struct command* commands = calloc((size_t)count, sizeof *commands);
  for (int i = 0; i < count; ++i) load(&commands[i], argv[i + 2]);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
  for (int round = 0; round < rounds; ++round)
    for (int i = 0; i < count; ++i) {
      struct command* const command = &commands[round % 2 == 0 ? i : count - 1 - i];
      command->taken[round] = run(command, &quiet);
    }
  for (int i = 0; i < count; ++i) {
    printf("%ld", commands[i].peak_kib);
    for (int round = 0; round < rounds; ++round) printf(" %lld", commands[i].taken[round]);
    printf("\n");
  }
  return 0;
}
