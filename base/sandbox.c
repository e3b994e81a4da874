#include "base/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#endif

/* Thinking: memory, the descriptors that are open, the clock, the end. */
static const int ALLOWED[] = {
    SYS_read,         SYS_write,         SYS_readv,        SYS_writev,
    SYS_pread64,      SYS_lseek,         SYS_close,        SYS_munmap,
    SYS_mremap,       SYS_madvise,       SYS_brk,          SYS_futex,
    SYS_exit,         SYS_exit_group,    SYS_rt_sigreturn, SYS_rt_sigprocmask,
    SYS_sigaltstack,  SYS_clock_gettime, SYS_gettimeofday, SYS_getpid,
    SYS_gettid,       SYS_sched_yield,   SYS_getrandom,    SYS_ppoll,
    SYS_recvfrom,     SYS_sendto,        SYS_fstat,        SYS_restart_syscall,
    SYS_rt_sigaction,
#ifdef SYS_poll
    SYS_poll,
#endif
#ifdef SYS_time
    SYS_time,
#endif
};

/* What libraries probe for: refused, survivable. */
static const int REFUSED[] = {
    SYS_sched_getaffinity, /* malloc asks for the number of processors when memory gets short */
    SYS_openat,
    SYS_newfstatat,
    SYS_statx,
    SYS_faccessat,
    SYS_readlinkat,
    SYS_socket,
    SYS_connect,
    SYS_uname,
    SYS_fcntl,
    SYS_ioctl,
    SYS_getcwd,
    SYS_sysinfo,
    SYS_prlimit64,
    SYS_dup,
    SYS_getuid,
    SYS_geteuid,
    SYS_unlinkat,
    SYS_fadvise64,
#ifdef SYS_open
    SYS_open,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_unlink,
#endif
#ifdef SYS_faccessat2
    SYS_faccessat2,
#endif
};

/* Memory that may be run as code: never. */
static const int MAPPING[] = {SYS_mmap, SYS_mprotect};

enum {
    MOST_FILTER =
        8 + 2 * (sizeof ALLOWED + sizeof REFUSED) / sizeof(int) + 4 * sizeof MAPPING / sizeof(int)
};

enum { STACK_ROOM = 1024 * 1024 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static size_t build_filter(struct sock_filter *f) {
    size_t n = 0;
#define ADD(...) f[n++] = (struct sock_filter)__VA_ARGS__
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
#ifdef THIS_ARCH
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0));
#endif
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    for (size_t i = 0; i < COUNT(ALLOWED); i++) {
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)ALLOWED[i], 0, 1));
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    for (size_t i = 0; i < COUNT(REFUSED); i++) {
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)REFUSED[i], 0, 1));
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES));
    }
    /* mmap and mprotect have the protection in their third argument, in its low word. */
    for (size_t i = 0; i < COUNT(MAPPING); i++) {
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)MAPPING[i], 0, 4));
        ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])));
        ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1));
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
#undef ADD
    return n;
}

bool sandbox_is_emulated(void) {
    const char *preload = getenv("LD_PRELOAD");
    return preload && strstr(preload, "vgpreload");
}

static const char *enter_filter(void) {
    struct sock_filter filter[MOST_FILTER + 8];
    if (SANITIZED) return "built with a sanitizer: no system call filter";
    if (sandbox_is_emulated()) return "running under valgrind: no system call filter";
#ifndef THIS_ARCH
    return "no system call filter for this processor";
#endif
    struct sock_fprog program = {.len = (unsigned short)build_filter(filter), .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "the kernel refused no_new_privs";
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return "the kernel refused a system call filter";
    return NULL;
}

static int compare_int(const void *a, const void *b) {
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static void close_between(unsigned first, unsigned last) {
    if (first > last || close_range(first, last, 0) == 0) return;
    struct rlimit most = {1024, 1024};
    getrlimit(RLIMIT_NOFILE, &most);
    for (unsigned fd = first; fd <= last && fd < most.rlim_cur; fd++) close((int)fd);
}

static void close_others(const int *keep, size_t count) {
    int sorted[16];
    if (count > COUNT(sorted)) count = COUNT(sorted);
    memcpy(sorted, keep, count * sizeof *keep);
    qsort(sorted, count, sizeof *sorted, compare_int);
    unsigned from = 0;
    for (size_t i = 0; i < count; i++) {
        if ((unsigned)sorted[i] > from) close_between(from, (unsigned)sorted[i] - 1);
        from = (unsigned)sorted[i] + 1;
    }
    close_between(from, ~0U);
}

static size_t mapped_bytes(void) {
    size_t pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f) return 0;
    if (fscanf(f, "%zu", &pages) != 1) pages = 0;
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void limit(__rlimit_resource_t what, rlim_t value) {
    struct rlimit r = {value, value};
    setrlimit(what, &r);
}

/* Has the stack grow now: once the limit on memory is reached it could not, and what should be "out
 * of memory" would be a crash. */
__attribute__((noinline)) static void touch_stack(void) {
    volatile char room[STACK_ROOM];
    for (size_t i = 0; i < sizeof room; i += 4096) room[i] = 1;
}

static void enter_limits(const struct sandbox_limits *limits) {
    touch_stack();
    size_t mapped = limits->memory ? mapped_bytes() : 0;
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    if (limits->cpu_seconds) limit(RLIMIT_CPU, limits->cpu_seconds);
    /* A sanitizer and valgrind map terabytes for their shadows. */
    if (mapped && !SANITIZED && !sandbox_is_emulated()) limit(RLIMIT_AS, mapped + limits->memory);
}

bool sandbox_enter(const struct sandbox_limits *limits, const int *keep, size_t keep_count,
                   const char **why) {
    /* A crash must be one, whatever handlers the parent has; a sanitizer reports the first three.
     */
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = SANITIZED ? 3 : 0; i < COUNT(crashes); i++) signal(crashes[i], SIG_DFL);
    signal(SIGINT, SIG_IGN); /* the parent decides what a key at the terminal means */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a message to a stderr that is a file fails, and is no crash */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    enter_limits(limits);
    close_others(keep, keep_count);
    *why = enter_filter();
    return *why == NULL;
}
