/* sleeper MARK N: starts itself N more times, each apart from the others, and sleeps. For tests of trees of processes. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **words) {
  if (count == 3 && atoi(words[2]) > 0) {
    char self[MAX_PATH], line[MAX_PATH + 100];
    STARTUPINFOA start = {sizeof start};
    PROCESS_INFORMATION process;
    GetModuleFileNameA(NULL, self, sizeof self);
    snprintf(line, sizeof line, "\"%s\" %s %d", self, words[1], atoi(words[2]) - 1);
    CreateProcessA(self, line, NULL, NULL, FALSE, DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP, NULL, NULL, &start, &process);
  }
  printf("sleeping\n");
  fflush(stdout);
  Sleep(1000000);
  return 0;
}
