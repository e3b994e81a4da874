#include "analyze/rules/rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <yara.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/file.h"

const char RULES_LIMIT_NOTE[] = "YARA rules see at most 4,096 bytes between the two ends of one "
                                "pattern: a call whose parts lie "
                                "farther apart is found by the command parser, not by a rule.";

enum {
    RULE_FILE_MOST = 16 * 1024 * 1024, /* bytes of one rule file from --rules */
    SCAN_SECONDS = 10,                 /* measured to be late: the watchdog outside is the limit */
};

struct rules {
    YR_RULES *compiled;
};

struct rule_scanner {
    YR_SCANNER *scanner;
    struct arena *arena; /* of the scan under way */
    struct rule_match *matches;
    size_t count, cap;
    bool flooded; /* one pattern matched more often than libyara keeps */
};

/* What the compiler's callback needs to name a place: libyara knows no file for a text. */
struct compiling {
    const char *file;
    struct error *error;
};

static void on_compiler_message(int level, const char *file, int line, const YR_RULE *rule,
                                const char *message, void *own) {
    (void)file;
    (void)rule;
    struct compiling *c = own;
    /* Warnings tell of slow patterns; the rules are usable. */
    if (level == YARA_ERROR_LEVEL_ERROR)
        error_set(c->error, "%s, line %d: %s; correct the rule or leave the file out", c->file,
                  line, message);
}

/* One file into its own namespace, so that two files may use one rule name. */
static int compile_text(YR_COMPILER *compiler, const char *file, struct str text, struct error *e) {
    if (text.n && memchr(text.p, 0, text.n))
        return error_set(
            e, "%s: holds a NUL byte: compiled rules are never loaded, give the source", file);
    char *source = memory_cstr(text);
    struct compiling c = {file, e};
    yr_compiler_set_callback(compiler, on_compiler_message, &c);
    int bad = yr_compiler_add_string(compiler, source, file);
    free(source);
    if (bad && !error_is_set(e)) error_set(e, "%s: does not compile", file);
    return bad ? -1 : 0;
}

static int compile_embedded(YR_COMPILER *compiler, struct error *e) {
    for (size_t i = 0; i < EMBEDDED_COUNT; i++) {
        struct str name = str_from(EMBEDDED[i].name);
        if (!str_starts(name, STR("analyze/rules/")) || !str_ends(name, STR(".yar"))) continue;
        if (compile_text(compiler, EMBEDDED[i].name, EMBEDDED[i].text, e) != 0) return -1;
    }
    return 0;
}

static int is_rule_file(const struct dirent *d) {
    struct str name = str_from(d->d_name);
    return name.p[0] != '.' && (str_iends(name, STR(".yar")) || str_iends(name, STR(".yara")));
}

static int by_bytes(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int compile_file(YR_COMPILER *compiler, const char *path, struct error *e) {
    struct arena *a = arena_new(0);
    struct str text;
    int bad = file_read(a, path, RULE_FILE_MOST, &text, e);
    if (!bad) bad = compile_text(compiler, path, text, e);
    arena_free(a);
    return bad;
}

/* Every rule file of the directory, in byte order of its name. None at all is an error: whoever
 * gives --rules expects rules. */
static int compile_directory(YR_COMPILER *compiler, const char *directory, struct error *e) {
    struct dirent **list = NULL;
    int n = scandir(directory, &list, is_rule_file, by_bytes);
    if (n < 0) return error_errno(e, "%s: cannot list the rules", directory);
    int bad = n ? 0 : error_set(e, "%s: holds no *.yar or *.yara file", directory);
    for (int i = 0; i < n; i++) {
        char *path = file_join(directory, list[i]->d_name);
        if (!bad) bad = compile_file(compiler, path, e);
        free(path);
        free(list[i]);
    }
    free(list);
    return bad;
}

struct rules *rules_load(const char *directory, struct error *e) {
    if (yr_initialize() != ERROR_SUCCESS) {
        error_set(e, "rules: libyara does not start");
        return NULL;
    }
    YR_COMPILER *compiler = NULL;
    if (yr_compiler_create(&compiler) != ERROR_SUCCESS) memory_exhausted();
    yr_compiler_set_include_callback(compiler, NULL, NULL, NULL);
    int bad = compile_embedded(compiler, e);
    if (!bad && directory) bad = compile_directory(compiler, directory, e);
    YR_RULES *compiled = NULL;
    if (!bad && yr_compiler_get_rules(compiler, &compiled) != ERROR_SUCCESS)
        bad = error_set(e, "rules: libyara cannot finish compiling");
    yr_compiler_destroy(compiler);
    if (bad) {
        yr_finalize();
        return NULL;
    }
    struct rules *r = memory_alloc(sizeof *r);
    r->compiled = compiled;
    return r;
}

void rules_free(struct rules *r) {
    if (!r) return;
    yr_rules_destroy(r->compiled);
    yr_finalize();
    free(r);
}

static struct rule_match match_of(YR_RULE *rule) {
    struct rule_match m = {.rule = str_from(rule->identifier)};
    YR_META *meta;
    yr_rule_metas_foreach(rule, meta) {
        if (meta->type != META_TYPE_STRING) continue;
        struct str name = str_from(meta->identifier), value = str_from(meta->string);
        if (str_eq(name, STR("technique"))) m.technique = value;
        if (str_eq(name, STR("severity"))) m.severity = value;
        if (str_eq(name, STR("description"))) m.description = value;
    }
    return m;
}

static int on_scan_message(YR_SCAN_CONTEXT *context, int message, void *data, void *own) {
    (void)context;
    struct rule_scanner *s = own;
    if (message == CALLBACK_MSG_TOO_MANY_MATCHES) {
        s->flooded = true;
        return CALLBACK_ERROR;
    }
    if (message != CALLBACK_MSG_RULE_MATCHING) return CALLBACK_CONTINUE;
    ARENA_GROW(s->arena, s->matches, s->cap, s->count + 1);
    s->matches[s->count++] = match_of(data);
    return CALLBACK_CONTINUE;
}

struct rule_scanner *rules_scanner(const struct rules *r, struct error *e) {
    YR_SCANNER *scanner = NULL;
    if (yr_scanner_create(r->compiled, &scanner) != ERROR_SUCCESS) {
        error_set(e, "rules: libyara cannot make a scanner");
        return NULL;
    }
    struct rule_scanner *s = memory_alloc(sizeof *s);
    *s = (struct rule_scanner){.scanner = scanner};
    yr_scanner_set_callback(scanner, on_scan_message, s);
    yr_scanner_set_timeout(scanner, SCAN_SECONDS);
    /* NO_TRYCATCH: libyara would set signal handlers on every scan, which a worker's seccomp filter
     * need not allow; they serve mapped files that shrink, and our text is memory. */
    yr_scanner_set_flags(scanner, SCAN_FLAGS_REPORT_RULES_MATCHING | SCAN_FLAGS_NO_TRYCATCH);
    return s;
}

void rules_scanner_free(struct rule_scanner *s) {
    if (!s) return;
    yr_scanner_destroy(s->scanner);
    free(s);
}

/* By name; what bears one name in two files, by what it says. */
static int match_cmp(const void *left, const void *right) {
    const struct rule_match *a = left, *b = right;
    int c = str_cmp(a->rule, b->rule);
    if (!c) c = str_cmp(a->technique, b->technique);
    if (!c) c = str_cmp(a->severity, b->severity);
    return c ? c : str_cmp(a->description, b->description);
}

int rules_scan(struct rule_scanner *s, struct arena *a, struct str text, struct rule_match **out,
               const char **reason) {
    *out = NULL;
    if (!text.n) return 0;
    s->arena = a;
    s->matches = NULL;
    s->count = s->cap = 0;
    s->flooded = false;
    int bad = yr_scanner_scan_mem(s->scanner, (const uint8_t *)text.p, text.n);
    if (bad) {
        *reason = s->flooded || bad == ERROR_TOO_MANY_MATCHES
                      ? "rules: one pattern matches too often in this text"
                  : bad == ERROR_SCAN_TIMEOUT ? "rules: this text takes too long"
                                              : "rules: libyara cannot scan this text";
        return -1;
    }
    if (s->count) qsort(s->matches, s->count, sizeof *s->matches, match_cmp);
    *out = s->matches;
    return (int)s->count;
}

size_t rules_list(const struct rules *r, struct arena *a, struct rule_match **out) {
    size_t count = 0, cap = 0;
    struct rule_match *list = NULL;
    YR_RULE *rule;
    yr_rules_foreach(r->compiled, rule) {
        if (RULE_IS_PRIVATE(rule)) continue;
        ARENA_GROW(a, list, cap, count + 1);
        list[count++] = match_of(rule);
    }
    if (count) qsort(list, count, sizeof *list, match_cmp);
    *out = list;
    return count;
}
