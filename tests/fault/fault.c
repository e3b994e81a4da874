/* fault.c - LD_PRELOAD: the FAULT_AT-th call of FAULT_CALL fails, once. Counts go on through fork.
 *
 * FAULT_CALL: read, write, close, fsync, rename, open, fwrite, fclose. FAULT_LOG: a file that says
 * whether the call was reached. The counter lives in memory shared with children, so that a fault
 * may hit any process. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static long *counter;
static long at;
static const char *call;
static int log_fd = -1;

__attribute__((constructor)) static void start(void) {
    const char *wanted = getenv("FAULT_AT"), *log = getenv("FAULT_LOG");
    call = getenv("FAULT_CALL");
    at = wanted ? atol(wanted) : 0;
    if (log) log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    counter =
        mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* Is it this call's turn to fail? */
static int turn(const char *name) {
    if (!call || !counter || counter == MAP_FAILED || strcmp(call, name) != 0) return 0;
    if (__atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST) != at) return 0;
    if (log_fd >= 0) syscall(1 /* write */, log_fd, "hit\n", 4);
    errno = EIO;
    return 1;
}

#define REAL(type, name, ...)                                                                      \
    static type (*real)(__VA_ARGS__);                                                              \
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, name)

ssize_t read(int fd, void *p, size_t n) {
    REAL(ssize_t, "read", int, void *, size_t);
    return turn("read") ? -1 : real(fd, p, n);
}
ssize_t write(int fd, const void *p, size_t n) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return turn("write") ? -1 : real(fd, p, n);
}
int close(int fd) {
    REAL(int, "close", int);
    if (turn("close")) {
        real(fd);
        errno = EIO;
        return -1;
    }
    return real(fd);
}
int fsync(int fd) {
    REAL(int, "fsync", int);
    return turn("fsync") ? -1 : real(fd);
}
int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    return turn("rename") ? -1 : real(from, to);
}
size_t fwrite(const void *p, size_t size, size_t n, FILE *f) {
    REAL(size_t, "fwrite", const void *, size_t, size_t, FILE *);
    return turn("fwrite") ? 0 : real(p, size, n, f);
}
int fclose(FILE *f) {
    REAL(int, "fclose", FILE *);
    if (turn("fclose")) {
        real(f);
        errno = EIO;
        return EOF;
    }
    return real(f);
}
