/*
 * Fails a process's calls on files (LD_PRELOAD) whose path holds LECTERN_FAULTS_MATCH: those kinds of call that the shared
 * memory of LECTERN_FAULTS_CONTROL names, after the next `skip` of them, `times` in all. It writes nothing down and holds
 * nothing up, which disk-shim.c does.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, READ = 2, WRITE = 4, SYNC = 8, RENAME = 16, STAT = 32, LIST = 64, UNLINK = 128, LINK = 256, TRUNCATE = 512 };

struct control {
  volatile int32_t calls;  /* the kinds that fail, or-ed */
  volatile int32_t error;  /* the errno they fail with */
  volatile int32_t skip;   /* calls that still succeed */
  volatile int32_t times;  /* calls that fail then */
  volatile int32_t failed; /* counts them */
};

static const char *match;
static struct control *control;

/* What libc does, where it is not to fail. */
#define NEXT(type, name, ...)                                  \
  static type (*next)(__VA_ARGS__);                            \
  if (next == NULL) next = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void begin(void) {
  const char *shared = getenv("LECTERN_FAULTS_CONTROL");
  match = getenv("LECTERN_FAULTS_MATCH");
  if (match == NULL || shared == NULL) return;
  NEXT(int, "open64", const char *, int, ...);
  int fd = next(shared, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *memory = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory != MAP_FAILED) control = memory;
}

/* True where this call is to fail; sets errno then. */
static int fails(int kind, const char *path) {
  if (control == NULL || path == NULL || (control->calls & kind) == 0 || strstr(path, match) == NULL) return 0;
  if (__sync_fetch_and_sub(&control->skip, 1) > 0) return 0;
  if (__sync_fetch_and_sub(&control->times, 1) <= 0) return 0;
  __sync_fetch_and_add(&control->failed, 1);
  errno = control->error;
  return 1;
}

static int fails_on(int kind, int fd) {
  char link[64], path[PATH_MAX];
  if (control == NULL || (control->calls & kind) == 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int saved = errno;
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  errno = saved;
  if (length < 0) return 0;
  path[length] = 0;
  return fails(kind, path);
}

#define ON_PATH(type, name, kind, path, failure, arguments, ...) \
  type name(__VA_ARGS__) {                                       \
    NEXT(type, #name, __VA_ARGS__);                              \
    return fails(kind, path) ? failure : next arguments;         \
  }
#define ON_FD(type, name, kind, fd, arguments, ...)      \
  type name(__VA_ARGS__) {                               \
    NEXT(type, #name, __VA_ARGS__);                      \
    return fails_on(kind, fd) ? -1 : next arguments;     \
  }

#define OPENER(name)                                        \
  int name(const char *path, int flags, ...) {              \
    NEXT(int, #name, const char *, int, ...);               \
    va_list arguments;                                      \
    va_start(arguments, flags);                             \
    mode_t mode = va_arg(arguments, mode_t);                \
    va_end(arguments);                                      \
    return fails(OPEN, path) ? -1 : next(path, flags, mode); \
  }
OPENER(open)
OPENER(open64)

ON_FD(ssize_t, read, READ, fd, (fd, into, bytes), int fd, void *into, size_t bytes)
ON_FD(ssize_t, pread, READ, fd, (fd, into, bytes, at), int fd, void *into, size_t bytes, off_t at)
ON_FD(ssize_t, pread64, READ, fd, (fd, into, bytes, at), int fd, void *into, size_t bytes, off64_t at)
ON_FD(ssize_t, readv, READ, fd, (fd, into, count), int fd, const struct iovec *into, int count)
ON_FD(ssize_t, preadv64, READ, fd, (fd, into, count, at), int fd, const struct iovec *into, int count, off64_t at)
ON_FD(ssize_t, write, WRITE, fd, (fd, from, bytes), int fd, const void *from, size_t bytes)
ON_FD(ssize_t, pwrite, WRITE, fd, (fd, from, bytes, at), int fd, const void *from, size_t bytes, off_t at)
ON_FD(ssize_t, pwrite64, WRITE, fd, (fd, from, bytes, at), int fd, const void *from, size_t bytes, off64_t at)
ON_FD(ssize_t, writev, WRITE, fd, (fd, from, count), int fd, const struct iovec *from, int count)
ON_FD(ssize_t, pwritev64, WRITE, fd, (fd, from, count, at), int fd, const struct iovec *from, int count, off64_t at)
ON_FD(int, fsync, SYNC, fd, (fd), int fd)
ON_FD(int, fdatasync, SYNC, fd, (fd), int fd)
ON_FD(int, ftruncate, TRUNCATE, fd, (fd, length), int fd, off_t length)
ON_FD(int, ftruncate64, TRUNCATE, fd, (fd, length), int fd, off64_t length)
ON_FD(int, fstat, STAT, fd, (fd, into), int fd, struct stat *into)

ON_PATH(int, stat, STAT, path, -1, (path, into), const char *path, struct stat *into)
ON_PATH(int, lstat, STAT, path, -1, (path, into), const char *path, struct stat *into)
ON_PATH(int, unlink, UNLINK, path, -1, (path), const char *path)
ON_PATH(int, link, LINK, from, -1, (from, to), const char *from, const char *to)
ON_PATH(DIR *, opendir, LIST, path, NULL, (path), const char *path)
typedef int (*filter)(const struct dirent64 *);
typedef int (*order)(const struct dirent64 **, const struct dirent64 **);
ON_PATH(int, scandir64, LIST, path, -1, (path, list, f, o), const char *path, struct dirent64 ***list, filter f, order o)

int rename(const char *from, const char *to) {
  NEXT(int, "rename", const char *, const char *);
  return fails(RENAME, from) ? -1 : next(from, to);
}

static int fails_statx(int fd, const char *path) {
  return path != NULL && *path != 0 ? fails(STAT, path) : fails_on(STAT, fd);
}
int statx(int fd, const char *path, int flags, unsigned mask, struct statx *into) {
  NEXT(int, "statx", int, const char *, int, unsigned, struct statx *);
  return fails_statx(fd, path) ? -1 : next(fd, path, flags, mask, into);
}

/* Node asks the kernel itself for these, past the functions above. */
long syscall(long number, ...) {
  NEXT(long, "syscall", long, ...);
  long a[6];
  va_list arguments;
  va_start(arguments, number);
  for (int index = 0; index < 6; index++) a[index] = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_statx && fails_statx(a[0], (const char *)a[1])) return -1;
  if ((number == SYS_preadv || number == SYS_preadv2) && fails_on(READ, a[0])) return -1;
  if ((number == SYS_pwritev || number == SYS_pwritev2) && fails_on(WRITE, a[0])) return -1;
  if (number == SYS_copy_file_range && fails_on(WRITE, a[2])) return -1;
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
