#include "collect/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "collect/archive_protocol.h"

enum { TAR_BLOCK = 512, TAR_SUM_AT = 148, TAR_SUM_LENGTH = 8, PATIENCE_MS = 120 * 1000 };

enum state { BETWEEN, AT_ENTRY, IN_DATA, ENDED };

struct archive_reader {
    int channel;
    pid_t child;
    enum state state;
    char *name;    /* of the archive, for messages */
    struct buf at; /* the current entry's name */
    struct buf frame;
    size_t given;   /* bytes of the frame that were handed out */
    uint64_t zeros; /* of a hole, still to be handed out */
};

/* ---- recognising ---- */

/* A tar header carries the sum of its own bytes, its own field counted as blanks (POSIX, ustar). */
static bool is_tar_header(struct str first) {
    if (first.n < TAR_BLOCK || !first.p[0]) return false;
    uint64_t sum = 0, said = 0;
    int64_t sum_signed = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        bool own = i >= TAR_SUM_AT && i < TAR_SUM_AT + TAR_SUM_LENGTH;
        sum += own ? ' ' : (unsigned char)first.p[i];
        sum_signed += own ? ' ' : (signed char)first.p[i];
    }
    size_t i = TAR_SUM_AT;
    while (i < TAR_SUM_AT + TAR_SUM_LENGTH && first.p[i] == ' ') i++;
    size_t digits = i;
    for (; i < TAR_SUM_AT + TAR_SUM_LENGTH && first.p[i] >= '0' && first.p[i] <= '7'; i++)
        said = said * 8 + (uint64_t)(first.p[i] - '0');
    return i > digits && (said == sum || (int64_t)said == sum_signed);
}

static enum archive_look look_at(struct str first) {
    static const struct {
        struct str magic;
        enum archive_look look;
    } known[] = {
        {{"PK\3\4", 4}, LOOK_ZIP},
        {{"PK\5\6", 4}, LOOK_ZIP},
        {{"PK\7\10PK\3\4", 8}, LOOK_ZIP},
        {{"\x1f\x8b\x08", 3}, LOOK_PACKED},
        {{"\x28\xb5\x2f\xfd", 4}, LOOK_PACKED},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_starts(first, known[i].magic)) return known[i].look;
    return is_tar_header(first) ? LOOK_TAR : LOOK_NOTHING;
}

bool archive_recognise(struct str first) { return look_at(first) != LOOK_NOTHING; }

/* ---- the child ---- */

static int start_child(struct archive_reader *r, int fd, enum archive_look look, struct error *e) {
    struct stat st;
    int pair[2];
    if (fstat(fd, &st) != 0) return error_errno(e, "%s: cannot look at it", r->name);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return error_errno(e, "%s: cannot talk to a reader", r->name);
    r->child = fork();
    if (r->child == 0) {
        close(pair[0]);
        archive_child(fd, (uint64_t)st.st_size, look, pair[1]);
    }
    close(pair[1]);
    r->channel = pair[0];
    return r->child < 0 ? error_errno(e, "%s: cannot start a reader", r->name) : 0;
}

struct archive_reader *archive_reader_open(int fd, const char *name, struct error *e) {
    char first[TAR_BLOCK];
    ssize_t n = pread(fd, first, sizeof first, 0);
    enum archive_look look = n > 0 ? look_at(str_of(first, (size_t)n)) : LOOK_NOTHING;
    if (n < 0)
        error_errno(e, "%s: cannot read", name);
    else if (look == LOOK_NOTHING)
        error_set(e, "%s: not an archive that is read here (zip, tar, tar.gz, tar.zst)", name);
    if (look == LOOK_NOTHING) return NULL;
    struct archive_reader *r = memory_alloc(sizeof *r);
    *r = (struct archive_reader){.channel = -1, .child = -1, .name = memory_cstr(str_from(name))};
    if (start_child(r, fd, look, e) == 0) return r;
    archive_reader_close(r);
    return NULL;
}

void archive_reader_close(struct archive_reader *r) {
    if (!r) return;
    if (r->channel >= 0) close(r->channel);
    if (r->child > 0) {
        kill(r->child, SIGKILL);
        while (waitpid(r->child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    buf_free(&r->at);
    buf_free(&r->frame);
    free(r->name);
    free(r);
}

/* The child is gone or makes no sense: nothing more comes from this archive. */
static int give_up(struct archive_reader *r, const char *why, struct error *e) {
    const char *place = r->at.n ? r->at.p : "its beginning";
    r->state = ENDED;
    return error_set(e, "%s: at %s: %s", r->name, place, why);
}

static bool receive(struct archive_reader *r, void *out, size_t n) {
    for (size_t got = 0; got < n;) {
        struct pollfd p = {.fd = r->channel, .events = POLLIN};
        int ready = poll(&p, 1, PATIENCE_MS);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        ssize_t k = recv(r->channel, (char *)out + got, n - got, 0);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) return false;
        got += (size_t)k;
    }
    return true;
}

/* The next frame, its bytes in r->frame. 0, or -1 with *e where the child died, hangs or lies. */
static int next_frame(struct archive_reader *r, uint32_t *kind, struct error *e) {
    struct archive_frame f;
    if (!receive(r, &f, sizeof f) || f.length > FRAME_MOST)
        return give_up(r, "the archive's reader crashed or hangs: the archive is damaged", e);
    r->frame.n = 0;
    buf_reserve(&r->frame, (size_t)f.length + 1);
    if (!receive(r, r->frame.p, f.length))
        return give_up(r, "the archive's reader crashed or hangs: the archive is damaged", e);
    r->frame.n = f.length;
    r->frame.p[f.length] = 0;
    *kind = f.kind;
    r->given = 0;
    return 0;
}

static int ask(struct archive_reader *r, char question, struct error *e) {
    if (send(r->channel, &question, 1, MSG_NOSIGNAL) == 1) return 0;
    return give_up(r, "the archive's reader crashed: the archive is damaged", e);
}

/* ---- entries ---- */

/* A lone gzip or zstd file is called as the archive without the ending. */
static void set_name(struct archive_reader *r, bool raw, struct str said) {
    if (raw) {
        said = str_from(r->name);
        size_t slash = str_rchr(said, '/');
        if (slash != STR_ABSENT) said = str_from_index(said, slash + 1);
        if (str_iends(said, STR(".gz")) && said.n > 3)
            said.n -= 3;
        else if (str_iends(said, STR(".zst")) && said.n > 4)
            said.n -= 4;
    }
    r->at.n = 0;
    buf_add(&r->at, said);
    buf_add_c(&r->at, 0);
    r->at.n--;
}

static int take_entry(struct archive_reader *r, struct archive_entry_info *info, struct error *e) {
    struct archive_frame_entry f;
    struct str frame = buf_str(&r->frame);
    if (frame.n < sizeof f) return give_up(r, "the archive's reader makes no sense", e);
    memcpy(&f, frame.p, sizeof f);
    set_name(r, f.raw, str_from_index(frame, sizeof f));
    *info = (struct archive_entry_info){.name = buf_str(&r->at),
                                        .size = f.size,
                                        .size_known = f.size_known != 0,
                                        .regular = f.regular != 0,
                                        .warnings = f.warnings};
    int64_t ns;
    if (f.has_mtime && !__builtin_mul_overflow(f.mtime, NS_PER_S, &ns))
        info->mtime = (struct when){.ns = ns, .basis = WHEN_UTC};
    r->state = AT_ENTRY;
    r->zeros = 0;
    return 1;
}

/* What is left of an entry that nobody wanted to the end. */
static int drain(struct archive_reader *r, struct error *e) {
    uint32_t kind = FRAME_DATA;
    while (kind == FRAME_DATA || kind == FRAME_ZEROS)
        if (next_frame(r, &kind, e) != 0) return -1;
    r->state = BETWEEN;
    return 0;
}

int archive_reader_next(struct archive_reader *r, struct archive_entry_info *info,
                        struct error *e) {
    uint32_t kind = 0;
    if (r->state == ENDED) return error_set(e, "%s: nothing more can be read of it", r->name);
    if (r->state == IN_DATA && drain(r, e) != 0) return -1;
    if (ask(r, ASK_NEXT, e) != 0 || next_frame(r, &kind, e) != 0) return -1;
    if (kind == FRAME_ENTRY) return take_entry(r, info, e);
    if (kind == FRAME_BROKEN) return give_up(r, r->frame.p, e);
    r->state = ENDED;
    return kind == FRAME_END ? 0 : give_up(r, "the archive's reader makes no sense", e);
}

/* ---- bytes ---- */

static ssize_t hand_out(struct archive_reader *r, void *out, size_t room) {
    if (r->zeros) {
        size_t n = r->zeros < room ? (size_t)r->zeros : room;
        memset(out, 0, n);
        r->zeros -= n;
        return (ssize_t)n;
    }
    size_t left = r->frame.n - r->given, n = left < room ? left : room;
    memcpy(out, r->frame.p + r->given, n);
    r->given += n;
    return (ssize_t)n;
}

ssize_t archive_reader_bytes(struct archive_reader *r, void *out, size_t room, struct error *e) {
    uint32_t kind = 0;
    if (r->state == AT_ENTRY) {
        if (ask(r, ASK_DATA, e) != 0) return -1;
        r->state = IN_DATA;
        r->frame.n = r->given = 0;
    }
    if (r->state != IN_DATA || !room) return 0;
    while (!r->zeros && r->given == r->frame.n) {
        if (next_frame(r, &kind, e) != 0) return -1;
        if (kind == FRAME_ZEROS && r->frame.n == sizeof r->zeros) {
            memcpy(&r->zeros, r->frame.p, sizeof r->zeros);
            r->given = r->frame.n;
        } else if (kind == FRAME_ENTRY_END) {
            r->state = BETWEEN;
            if (!r->frame.n) return 0;
            return error_set(e, "%s: at %s: %s", r->name, r->at.p, r->frame.p);
        } else if (kind != FRAME_DATA) {
            return give_up(r, kind == FRAME_BROKEN ? r->frame.p : "its reader makes no sense", e);
        }
    }
    return hand_out(r, out, room);
}
