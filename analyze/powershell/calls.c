/* calls.c - text in, calls out. */
#include "analyze/powershell/command_line.h"
#include "analyze/powershell/run.h"

static struct value run_tree(struct run *r, struct str text, bool cut) {
    struct tree tree = parse_powershell(r->arena, text);
    r->origin.source = text;
    r->origin.cut = cut;
    if (tree.broken && !cut) {
        r->origin.attempt = true;
        r->origin.note = arena_printf(r->arena, "a syntax error, %.*s, byte %zu",
                                      STR_ARG(tree.problem), tree.broken_at);
    }
    return run_values(r, tree.root);
}

void run_decoded(struct run *r, struct str text) {
    enum { DECODED_MOST = 1024 };
    if (r->decoded_count == DECODED_MOST) return;
    ARENA_GROW(r->arena, r->decoded, r->decoded_cap, r->decoded_count + 1);
    r->decoded[r->decoded_count++] = text;
}

struct value run_text(struct run *r, struct str text, struct str note, const struct node *where) {
    if (r->text_depth >= RUN_TEXT_DEPTH_MAX || !run_bytes(r, text.n)) return unknown_here(r, where);
    struct origin outer = r->origin;
    size_t first = r->call_count;
    if (!outer.nested) {
        r->origin.nested = true;
        r->origin.at = where->at;
        r->origin.end = where->end;
    }
    r->origin.note = note;
    run_decoded(r, text);
    r->text_depth++;
    struct value given = run_tree(r, text, false);
    r->text_depth--;
    r->origin = outer;
    for (size_t i = first; i < r->call_count; i++) r->calls[i].obfuscated = true;
    if (given.kind == VALUE_UNKNOWN) given.text = run_source(r, where, NULL);
    return given;
}

struct powershell_reading powershell_read(struct arena *a, const struct powershell_text *text) {
    struct run *r = ARENA_NEW(a, struct run);
    r->arena = a;
    r->outermost = text->text;
    r->bytes_max = RUN_BYTES_MAX + text->text.n;
    r->steps_max = RUN_STEPS_MAX + 8 * text->text.n;
    r->memory_max = arena_used(a) + RUN_MEMORY_MAX + 64 * text->text.n;
    struct str script = text->text;
    struct command_line line = {0};
    if (text->command_line) {
        line = command_line_script(a, text->text);
        script = line.script;
        r->origin =
            (struct origin){.nested = true, .at = line.at, .end = line.end, .note = line.note};
    }
    if (line.encoded) run_decoded(r, script);
    run_tree(r, script, text->cut);
    for (size_t i = 0; line.encoded && i < r->call_count; i++) r->calls[i].obfuscated = true;
    if (r->spent && r->call_count) {
        struct str *note = &r->calls[r->call_count - 1].note;
        *note = arena_join(a, *note, STR("; the text was not followed beyond this call"));
    }
    return (struct powershell_reading){r->calls, r->call_count, r->decoded, r->decoded_count};
}

size_t powershell_calls(struct arena *a, const struct powershell_text *text, struct call **out) {
    struct powershell_reading reading = powershell_read(a, text);
    *out = reading.calls;
    return reading.call_count;
}

const char *certainty_name(enum certainty c) {
    static const char *const names[] = {"resolved", "probable", "ambiguous", "dynamic"};
    return names[c];
}
