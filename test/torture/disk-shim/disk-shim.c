/*
 * Stands between a process and its disk (LD_PRELOAD). Below the folder LECTERN_SHIM_ROOT it
 *   - writes every change, with its bytes, in order to LECTERN_SHIM_LOG, for a power cut to be replayed;
 *   - fails or holds up changes to files whose path holds LECTERN_SHIM_MATCH, and fails reading them, as the shared
 *     memory of LECTERN_SHIM_CONTROL says, which the test may alter at any moment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE, CREATE, RENAME, UNLINK, MAKE_FOLDER, SYNC_BEGIN, SYNC_END };

struct record {
  uint32_t type, path_bytes, other_bytes, unused;
  uint64_t inode, offset, length, nanoseconds, sync_id;
};

struct control {
  volatile int32_t error;  /* errno of the writes that fail, 0 for none */
  volatile int32_t skip;   /* writes that still succeed before they do */
  volatile int32_t stall;  /* writes wait while this is 1 */
  volatile int32_t failed; /* counts what was made to fail */
  volatile int32_t names;  /* 1: creating, renaming and making folders fail too */
  volatile int32_t read_error;       /* errno of the reads that fail, 0 for none */
  volatile int32_t read_skip;        /* reads that still succeed before they do */
  volatile int32_t read_times;       /* reads that fail then, -1 for all */
  volatile int32_t read_from, read_to; /* only those that touch these bytes of a file */
  volatile int32_t read_failed;      /* counts them */
};

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *match;
static int log_fd = -1;
static uint64_t next_sync = 1;
static struct control *control;

__attribute__((constructor)) static void begin(void) {
  const char *log = getenv("LECTERN_SHIM_LOG"), *shared = getenv("LECTERN_SHIM_CONTROL");
  root = getenv("LECTERN_SHIM_ROOT");
  match = getenv("LECTERN_SHIM_MATCH");
  if (root == NULL) return;
  if (log != NULL) log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (shared != NULL) {
    int fd = syscall(SYS_openat, AT_FDCWD, shared, O_RDWR | O_CLOEXEC, 0);
    if (fd >= 0) {
      control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      syscall(SYS_close, fd);
      if (control == MAP_FAILED) control = NULL;
    }
  }
}

static int below_root(const char *path) {
  return root != NULL && strncmp(path, root, strlen(root)) == 0;
}

static int path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return below_root(path);
}

static uint64_t inode_of(int fd) {
  struct stat stats;
  return fstat(fd, &stats) == 0 ? stats.st_ino : 0;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + time.tv_nsec;
}

/* To be called with `order` held. */
static void note(uint32_t type, uint64_t inode, uint64_t offset, uint64_t sync_id, const char *path,
                 const char *other, const struct iovec *data, int count, uint64_t length) {
  if (log_fd < 0) return;
  struct record record = {type, path == NULL ? 0 : strlen(path), other == NULL ? 0 : strlen(other), 0,
                          inode, offset, length, now(), sync_id};
  struct iovec head[3] = {{&record, sizeof record}, {(void *)path, record.path_bytes}, {(void *)other, record.other_bytes}};
  syscall(SYS_writev, log_fd, head, 3);
  uint64_t left = data == NULL ? 0 : length;
  for (int index = 0; index < count && left > 0; index++) {
    size_t bytes = data[index].iov_len < left ? data[index].iov_len : left;
    syscall(SYS_write, log_fd, data[index].iov_base, bytes);
    left -= bytes;
  }
}

/* The error to fail with, or 0; waits first while the disk is stalled. */
static int fault(const char *path, int is_name) {
  if (control == NULL || (match != NULL && strstr(path, match) == NULL)) return 0;
  while (control->stall) usleep(5000);
  if (control->error == 0 || (is_name && !control->names)) return 0;
  if (!is_name && control->skip > 0) {
    control->skip--;
    return 0;
  }
  control->failed++;
  return control->error;
}

#define REFUSE(code) do { errno = code; return -1; } while (0)

static ssize_t do_write(int fd, const struct iovec *data, int count, off_t offset, int positioned) {
  char path[PATH_MAX];
  if (root == NULL || !path_of(fd, path))
    return positioned ? syscall(SYS_pwritev, fd, data, count, offset, 0) : syscall(SYS_writev, fd, data, count);
  int code = fault(path, 0);
  if (code != 0) REFUSE(code);
  pthread_mutex_lock(&order);
  if (!positioned) offset = syscall(SYS_lseek, fd, 0, SEEK_CUR);
  ssize_t written =
      positioned ? syscall(SYS_pwritev, fd, data, count, offset, 0) : syscall(SYS_writev, fd, data, count);
  int saved = errno;
  if (written > 0) note(WRITE, inode_of(fd), offset, 0, NULL, NULL, data, count, written);
  pthread_mutex_unlock(&order);
  errno = saved;
  return written;
}

/* The error to fail a read with, or 0. */
static int read_fault(int fd, off_t offset, size_t bytes) {
  char path[PATH_MAX];
  if (control == NULL || control->read_error == 0 || control->read_times == 0) return 0;
  if (!path_of(fd, path) || (match != NULL && strstr(path, match) == NULL)) return 0;
  if (offset < 0) offset = syscall(SYS_lseek, fd, 0, SEEK_CUR);
  if (offset >= control->read_to || offset + (off_t)bytes <= control->read_from) return 0;
  if (control->read_skip > 0) {
    control->read_skip--;
    return 0;
  }
  if (control->read_times > 0) control->read_times--;
  control->read_failed++;
  return control->read_error;
}

static size_t bytes_of(const struct iovec *into, int count) {
  size_t bytes = 0;
  for (int index = 0; index < count; index++) bytes += into[index].iov_len;
  return bytes;
}

ssize_t read(int fd, void *into, size_t bytes) {
  int code = root == NULL ? 0 : read_fault(fd, -1, bytes);
  if (code != 0) REFUSE(code);
  return syscall(SYS_read, fd, into, bytes);
}
ssize_t readv(int fd, const struct iovec *into, int count) {
  int code = root == NULL ? 0 : read_fault(fd, -1, bytes_of(into, count));
  if (code != 0) REFUSE(code);
  return syscall(SYS_readv, fd, into, count);
}
ssize_t pread(int fd, void *into, size_t bytes, off_t offset) {
  int code = root == NULL ? 0 : read_fault(fd, offset, bytes);
  if (code != 0) REFUSE(code);
  return syscall(SYS_pread64, fd, into, bytes, offset);
}
ssize_t pread64(int fd, void *into, size_t bytes, off64_t offset) { return pread(fd, into, bytes, offset); }
ssize_t preadv(int fd, const struct iovec *into, int count, off_t offset) {
  int code = root == NULL ? 0 : read_fault(fd, offset, bytes_of(into, count));
  if (code != 0) REFUSE(code);
  return syscall(SYS_preadv, fd, into, count, offset, 0);
}
ssize_t preadv64(int fd, const struct iovec *into, int count, off64_t offset) { return preadv(fd, into, count, offset); }

ssize_t write(int fd, const void *data, size_t bytes) {
  if (root == NULL) return syscall(SYS_write, fd, data, bytes);
  struct iovec one = {(void *)data, bytes};
  return do_write(fd, &one, 1, 0, 0);
}
ssize_t writev(int fd, const struct iovec *data, int count) { return do_write(fd, data, count, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) {
  struct iovec one = {(void *)data, bytes};
  return do_write(fd, &one, 1, offset, 1);
}
ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) { return pwrite(fd, data, bytes, offset); }
ssize_t pwritev(int fd, const struct iovec *data, int count, off_t offset) { return do_write(fd, data, count, offset, 1); }
ssize_t pwritev64(int fd, const struct iovec *data, int count, off64_t offset) { return do_write(fd, data, count, offset, 1); }

int ftruncate(int fd, off_t length) {
  char path[PATH_MAX];
  if (root == NULL || !path_of(fd, path)) return syscall(SYS_ftruncate, fd, length);
  int code = fault(path, 0);
  if (code != 0) REFUSE(code);
  pthread_mutex_lock(&order);
  int result = syscall(SYS_ftruncate, fd, length);
  if (result == 0) note(TRUNCATE, inode_of(fd), 0, 0, NULL, NULL, NULL, 0, length);
  pthread_mutex_unlock(&order);
  return result;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

static int do_sync(int fd, int call) {
  char path[PATH_MAX];
  if (root == NULL || !path_of(fd, path)) return syscall(call, fd);
  int code = fault(path, 0);
  if (code != 0) REFUSE(code);
  pthread_mutex_lock(&order);
  uint64_t id = next_sync++, inode = inode_of(fd);
  note(SYNC_BEGIN, inode, 0, id, path, NULL, NULL, 0, 0);
  pthread_mutex_unlock(&order);
  int result = syscall(call, fd);
  int saved = errno;
  if (result == 0) {
    pthread_mutex_lock(&order);
    note(SYNC_END, inode, 0, id, path, NULL, NULL, 0, 0);
    pthread_mutex_unlock(&order);
  }
  errno = saved;
  return result;
}
int fdatasync(int fd) { return do_sync(fd, SYS_fdatasync); }
int fsync(int fd) { return do_sync(fd, SYS_fsync); }

static int do_open(int folder, const char *path, int flags, mode_t mode) {
  if (root == NULL || !below_root(path) || (flags & (O_CREAT | O_TRUNC)) == 0)
    return syscall(SYS_openat, folder, path, flags, mode);
  int code = fault(path, 1);
  if (code != 0) REFUSE(code);
  pthread_mutex_lock(&order);
  int existed = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
  int fd = syscall(SYS_openat, folder, path, flags, mode);
  int saved = errno;
  if (fd >= 0 && !existed) note(CREATE, inode_of(fd), 0, 0, path, NULL, NULL, 0, 0);
  else if (fd >= 0 && (flags & O_TRUNC)) note(TRUNCATE, inode_of(fd), 0, 0, NULL, NULL, NULL, 0, 0);
  pthread_mutex_unlock(&order);
  errno = saved;
  return fd;
}

static mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}
#define OPENER(name)                                         \
  int name(const char *path, int flags, ...) {               \
    va_list arguments;                                       \
    va_start(arguments, flags);                              \
    mode_t mode = mode_of(flags, arguments);                 \
    va_end(arguments);                                       \
    return do_open(AT_FDCWD, path, flags, mode);             \
  }
OPENER(open)
OPENER(open64)
#define FOLDER_OPENER(name)                                  \
  int name(int folder, const char *path, int flags, ...) {   \
    va_list arguments;                                       \
    va_start(arguments, flags);                              \
    mode_t mode = mode_of(flags, arguments);                 \
    va_end(arguments);                                       \
    return do_open(folder, path, flags, mode);               \
  }
FOLDER_OPENER(openat)
FOLDER_OPENER(openat64)

int rename(const char *from, const char *to) {
  if (!below_root(from)) return syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
  int code = fault(from, 1);
  if (code != 0) REFUSE(code);
  pthread_mutex_lock(&order);
  int result = syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
  if (result == 0) note(RENAME, 0, 0, 0, from, to, NULL, 0, 0);
  pthread_mutex_unlock(&order);
  return result;
}

int unlink(const char *path) {
  if (!below_root(path)) return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  pthread_mutex_lock(&order);
  int result = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0) note(UNLINK, 0, 0, 0, path, NULL, NULL, 0, 0);
  pthread_mutex_unlock(&order);
  return result;
}

int mkdir(const char *path, mode_t mode) {
  if (!below_root(path)) return syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  int code = fault(path, 1);
  if (code != 0) REFUSE(code);
  pthread_mutex_lock(&order);
  int result = syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  if (result == 0) note(MAKE_FOLDER, 0, 0, 0, path, NULL, NULL, 0, 0);
  pthread_mutex_unlock(&order);
  return result;
}
