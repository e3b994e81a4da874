#include "analyze/facts.h"

const struct str FACTS_MAGIC = {"ungrant-facts/4\n", 16};

enum { HEADER = 5, PARAMS_MOST = 4096, VALUES_MOST = 1 << 20 };

/* One description of the fields serves both directions: with `out` set it writes, else it reads. */
struct coder {
    struct buf *out;
    struct arena *arena;
    struct str in;
    bool bad;
};

static void code_bytes(struct coder *c, void *p, size_t n) {
    if (c->out) {
        buf_add(c->out, str_of(p, n));
    } else if (c->in.n < n) {
        c->bad = true;
        memset(p, 0, n);
    } else {
        memcpy(p, c->in.p, n);
        c->in = str_from_index(c->in, n);
    }
}

/* Little-endian base 128, as in DWARF: most numbers are small. */
static void code_u64(struct coder *c, uint64_t *v) {
    if (c->out) {
        uint64_t left = *v;
        for (; left >= 0x80; left >>= 7) buf_add_c(c->out, (char)(left | 0x80));
        buf_add_c(c->out, (char)left);
        return;
    }
    *v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned char byte = 0;
        code_bytes(c, &byte, 1);
        *v |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) return;
    }
    c->bad = true;
}

static void code_u32(struct coder *c, uint32_t *v) {
    uint64_t wide = *v;
    code_u64(c, &wide);
    *v = (uint32_t)wide;
}

static void code_u8(struct coder *c, uint8_t *v) { code_bytes(c, v, 1); }

static void code_bool(struct coder *c, bool *v) {
    uint8_t byte = *v;
    code_u8(c, &byte);
    *v = byte != 0;
}

/* An enumeration below `end`; anything else is not a fact. */
static unsigned code_enum(struct coder *c, unsigned v, unsigned end) {
    uint8_t byte = (uint8_t)v;
    code_u8(c, &byte);
    if (byte >= end) {
        c->bad = true;
        return 0;
    }
    return byte;
}
#define CODE_ENUM(c, field, type, end) ((field) = (type)code_enum((c), (unsigned)(field), (end)))

static void code_str(struct coder *c, struct str *s) {
    uint64_t n = s->n;
    code_u64(c, &n);
    if (c->out) {
        buf_add(c->out, *s);
        return;
    }
    if (c->bad || n > c->in.n) {
        c->bad = true;
        *s = STR_NONE;
        return;
    }
    *s = str_slice(c->in, 0, (size_t)n);
    c->in = str_from_index(c->in, (size_t)n);
}

static void code_when(struct coder *c, struct when *t) {
    uint64_t ns = (uint64_t)t->ns;
    code_u8(c, &t->basis);
    code_u8(c, &t->digits);
    code_bytes(c, &ns, sizeof ns);
    t->ns = (int64_t)ns;
    if (t->basis > WHEN_UNKNOWN || t->digits > 9) c->bad = true;
}

static void code_list(struct coder *c, struct str **list, size_t *count) {
    uint64_t n = *count;
    code_u64(c, &n);
    if (!c->out) {
        if (c->bad || n > VALUES_MOST || n > c->in.n) {
            c->bad = true;
            n = 0;
        }
        *count = (size_t)n;
        *list = ARENA_ARRAY(c->arena, struct str, *count);
    }
    for (size_t i = 0; i < *count; i++) code_str(c, &(*list)[i]);
}

static void code_params(struct coder *c, struct params *p) {
    uint64_t n = p->count;
    code_u64(c, &n);
    if (!c->out) {
        if (c->bad || n > PARAMS_MOST) {
            c->bad = true;
            n = 0;
        }
        p->count = p->cap = (size_t)n;
        p->list = ARENA_ARRAY(c->arena, struct param, p->count);
    }
    for (size_t i = 0; i < p->count; i++) {
        struct param *one = &p->list[i];
        code_str(c, &one->name);
        code_u8(c, &one->edit);
        code_u8(c, &one->flags);
        code_list(c, &one->values, &one->count);
        if (one->edit > EDIT_REMOVE) c->bad = true;
    }
}

static void code_change(struct coder *c, struct change *x) {
    CODE_ENUM(c, x->action, enum change_action, ACTION_ALTER + 1);
    CODE_ENUM(c, x->right, enum right, RIGHTS);
    CODE_ENUM(c, x->automapping, enum tristate, TRI_TRUE + 1);
    CODE_ENUM(c, x->result, enum result, RESULT_FAILED + 1);
    code_u32(c, &x->flags);
    code_u32(c, &x->mask);
    code_bool(c, &x->mask_known);
    code_bool(c, &x->deny);
    struct str *texts[] = {&x->scope,   &x->level,        &x->mailbox,     &x->mailbox_also,
                           &x->trustee, &x->trustee_also, &x->inheritance, &x->cmdlet,
                           &x->command, &x->note,         &x->parent};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) code_str(c, texts[i]);
    code_params(c, &x->params);
}

static void code_use(struct coder *c, struct use *u) {
    code_str(c, &u->operation);
    code_str(c, &u->mailbox);
    code_str(c, &u->mailbox_also);
    code_str(c, &u->by);
    code_str(c, &u->by_also);
    code_u64(c, &u->count);
    code_bool(c, &u->owner);
}

static void code_where(struct coder *c, struct fact *f) {
    CODE_ENUM(c, f->source, enum source, SOURCES);
    CODE_ENUM(c, f->result, enum result, RESULT_FAILED + 1);
    code_u64(c, &f->ordinal);
    code_u64(c, &f->offset);
    code_when(c, &f->time);
    code_when(c, &f->until);
    struct str *texts[] = {&f->record,    &f->host,    &f->actor,      &f->actor_key,
                           &f->client_ip, &f->session, &f->application};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) code_str(c, texts[i]);
}

static void code_item(struct coder *c, struct fact *f) {
    struct str *texts[] = {&f->name,      &f->archive, &f->case_id,    &f->reader,
                           &f->telemetry, &f->sha256,  &f->first_bytes};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) code_str(c, texts[i]);
    code_u64(c, &f->size);
    code_u8(c, &f->integrity);
    code_when(c, &f->taken);
    if (f->sha256.n && !digest_is_hex(f->sha256)) c->bad = true;
}

static void code_seen(struct coder *c, struct fact *f) {
    code_str(c, &f->telemetry);
    code_str(c, &f->host);
    code_u64(c, &f->count);
    code_u64(c, &f->number_first);
    code_u64(c, &f->number_last);
    code_when(c, &f->first);
    code_when(c, &f->last);
}

static void code_fields(struct coder *c, struct fact *f) {
    switch (f->kind) {
    case FACT_ITEM: code_item(c, f); return;
    case FACT_BASE:
    case FACT_END: code_u64(c, &f->count); return;
    case FACT_SEEN:
    case FACT_RUN:
    case FACT_SETBACK: code_seen(c, f); return;
    case FACT_HOURS:
    case FACT_COUNTED:
        code_seen(c, f);
        code_str(c, &f->text);
        return;
    case FACT_FAULT:
    case FACT_LINE:
        code_u64(c, &f->offset);
        code_u64(c, &f->ordinal);
        code_str(c, &f->record);
        code_str(c, &f->text);
        return;
    default: break;
    }
    code_where(c, f);
    switch (f->kind) {
    case FACT_STATE: code_change(c, &f->change); return;
    case FACT_SIGNIN:
        code_u64(c, &f->count);
        code_when(c, &f->last);
        code_str(c, &f->last_record);
        code_u64(c, &f->last_ordinal);
        code_u64(c, &f->last_offset);
        code_str(c, &f->text);
        code_params(c, &f->details);
        return;
    case FACT_CHANGE:
        code_change(c, &f->change);
        code_u64(c, &f->sequence);
        code_list(c, &f->rules, &f->rule_count);
        code_str(c, &f->block_id);
        return;
    case FACT_MEMBER:
        code_str(c, &f->name);
        code_str(c, &f->text);
        code_u32(c, &f->part);
        if (f->part > MEMBER_LISTED) c->bad = true;
        return;
    case FACT_CREATED: code_str(c, &f->name); return;
    case FACT_RAN: code_str(c, &f->block_id); return;
    case FACT_FAILURE:
        code_str(c, &f->name);
        code_str(c, &f->text);
        return;
    case FACT_USE: code_use(c, &f->use); return;
    case FACT_ALIAS:
        code_str(c, &f->alias.one);
        code_str(c, &f->alias.other);
        return;
    case FACT_PART:
        code_str(c, &f->block_id);
        code_str(c, &f->path);
        code_u32(c, &f->part);
        code_u32(c, &f->parts);
        code_str(c, &f->text);
        return;
    case FACT_SUSPICION:
        code_list(c, &f->rules, &f->rule_count);
        code_str(c, &f->technique);
        code_str(c, &f->severity);
        return;
    case FACT_CLEARED: code_str(c, &f->text); return;
    default: c->bad = true;
    }
}

void fact_put(struct buf *out, const struct fact *f) {
    struct fact copy =
        *f; /* writing changes nothing in it, but the description serves reading too */
    struct coder c = {.out = out};
    size_t at = out->n;
    buf_add(out, STR("\0\0\0\0\0"));
    code_fields(&c, &copy);
    uint32_t n = (uint32_t)(out->n - at - HEADER);
    out->p[at] = (char)f->kind;
    memcpy(out->p + at + 1, &n, sizeof n);
}

int fact_next(struct arena *a, struct str *bytes, struct fact *f) {
    uint32_t n;
    *f = (struct fact){0};
    if (bytes->n == 0) return 0;
    if (bytes->n < HEADER) return -1;
    memcpy(&n, bytes->p + 1, sizeof n);
    unsigned kind = (unsigned char)bytes->p[0];
    if (n > bytes->n - HEADER || kind == 0 || kind >= FACT_KINDS) return -1;
    struct coder c = {.arena = a, .in = str_of(bytes->p + HEADER, n)};
    f->kind = (enum fact_kind)kind;
    code_fields(&c, f);
    if (c.bad || c.in.n) return -1;
    *bytes = str_from_index(*bytes, HEADER + (size_t)n);
    return 1;
}
