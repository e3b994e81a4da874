#include "base/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/civil.h"

enum { PER_SECOND = 5 };

static int64_t now_ns(void) {
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NS_PER_S + t.tv_nsec;
}

void progress_start(struct progress *p, const char *what, uint64_t total) {
    *p = (struct progress){.what = what, .total = total, .started = now_ns()};
    p->shown = isatty(STDERR_FILENO) == 1;
}

void progress_size(struct buf *out, uint64_t bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double v = (double)bytes;
    size_t unit = 0;
    while (v >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        v /= 1024;
        unit++;
    }
    buf_printf(out, unit ? "%.1f %s" : "%.0f %s", v, units[unit]);
}

void progress_text(const struct progress *p, int64_t ns, struct buf *out) {
    double seconds = (double)ns / (double)NS_PER_S;
    double rate = seconds > 0 ? (double)p->done / seconds : 0;
    buf_add_z(out, p->what);
    if (p->total) {
        double share = (double)p->done / (double)p->total;
        buf_printf(out, "  %3.0f%%", share > 1 ? 100.0 : share * 100);
    }
    buf_add_z(out, "  ");
    progress_size(out, p->done);
    if (rate < 1) return;
    buf_add_z(out, "  ");
    progress_size(out, (uint64_t)rate);
    buf_add_z(out, "/s");
    if (p->total > p->done) {
        uint64_t left = (uint64_t)((double)(p->total - p->done) / rate);
        buf_printf(out, "  %llu:%02u left", (unsigned long long)(left / 60), (unsigned)(left % 60));
    }
}

void progress_add(struct progress *p, uint64_t bytes) {
    p->done += bytes;
    if (!p->shown) return;
    int64_t now = now_ns();
    if (now - p->printed < NS_PER_S / PER_SECOND) return;
    struct buf b = {0};
    progress_text(p, now - p->started, &b);
    fprintf(stderr, "\r%.*s\x1b[K", STR_ARG(buf_str(&b)));
    fflush(stderr);
    buf_free(&b);
    p->printed = now;
}

void progress_end(struct progress *p) {
    if (p->shown && p->printed) fputs("\r\x1b[K", stderr);
    p->shown = false;
}
