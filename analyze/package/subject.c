#include "analyze/package/subject.h"

#include "base/json_read.h"

static const char LEFT_OUT[] = "\"(left out: message subject)\"";
static const char TEXT_LEFT_OUT[] = "\"(left out: text that holds a message subject)\"";

/* The end of the string that begins at `at`, behind its closing quote. */
static size_t string_end(struct str s, size_t at) {
    for (size_t i = at + 1; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return i + 1;
    }
    return s.n;
}

/* "Subject", "Item.Subject", "MessageSubject"; not PrependSubject, which a transport rule sets. */
static bool is_name(struct str name) {
    static const char *const names[] = {"Subject", "ItemSubject", "MessageSubject", "MailSubject",
                                        "EmailSubject"};
    size_t dot = str_rchr(name, '.');
    if (dot != STR_ABSENT) name = str_from_index(name, dot + 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_ieq(name, str_from(names[i]))) return true;
    return false;
}

static bool is_name_of_subject(struct str quoted) {
    return is_name(str_slice(quoted, 1, quoted.n ? quoted.n - 1 : 0));
}

/* A string with `Subject":"...` or `<ItemSubject>...` inside: a record within a record. Escaped
 * quotes are as deep as they are. */
static bool holds_member(struct str quoted) {
    struct str rest = quoted;
    /* What stands before the name says whether a tag opens. */
    size_t end;
    for (size_t at; (at = str_ifind(rest, STR("subject"))) != STR_ABSENT;) {
        size_t before = (size_t)(rest.p - quoted.p) + at;
        while (before && ascii_alpha(quoted.p[before - 1])) before--;
        bool opens = before && quoted.p[before - 1] != '/';
        rest = str_from_index(rest, at + 7);
        end = (size_t)(rest.p - quoted.p);
        if (!is_name(str_slice(quoted, before, end))) continue;
        size_t i = 0;
        while (i < rest.n && rest.p[i] == '\\') i++;
        if (i && i < rest.n && rest.p[i] == '"') i++;
        bool json = i > 1 && i < rest.n && rest.p[i] == ':';
        bool xml = opens && rest.n > 1 && rest.p[0] == '>' && rest.p[1] != '<';
        if (json || xml) return true;
    }
    return false;
}

struct leaving {
    struct str in;
    struct buf *out;
    size_t at, count;
    bool named; /* the Name before was "Subject": its Value is one */
};

/* The value at `at` is a subject: replaced, unless there is nothing in it. */
static void replace_value(struct leaving *l) {
    size_t start = l->at, end = json_value_end(l->in, l->at, true, &start);
    if (end == 0 || end == STR_ABSENT) end = l->in.n;
    struct str value = str_slice(l->in, start, end);
    bool empty = str_eq(value, STR("\"\"")) || str_eq(value, STR("null")) ||
                 str_eq(value, STR("[]")) || str_eq(value, STR("[\"\"]"));
    bool list = value.n && value.p[0] == '[' && !empty;
    if (list) buf_add_c(l->out, '[');
    buf_add(l->out, empty ? value : str_from(LEFT_OUT));
    if (list) buf_add_c(l->out, ']');
    l->count += !empty;
    l->at = end;
}

static void take_string(struct leaving *l) {
    size_t end = string_end(l->in, l->at);
    struct str text = str_slice(l->in, l->at, end);
    bool key = end < l->in.n && l->in.p[end] == ':';
    l->at = end;
    if (!key && holds_member(text)) {
        buf_add_z(l->out, TEXT_LEFT_OUT);
        l->count++;
        return;
    }
    if (text.p) buf_add(l->out, text);
    if (!key) return;
    buf_add_c(l->out, ':');
    l->at++;
    struct str value = str_from_index(l->in, l->at);
    if (str_eq(text, STR("\"Name\"")))
        l->named = value.n && value.p[0] == '"' &&
                   is_name_of_subject(str_slice(value, 0, string_end(value, 0)));
    else if (is_name_of_subject(text) || (l->named && str_eq(text, STR("\"Value\""))))
        replace_value(l);
}

size_t subject_leave_out(struct str record, struct buf *out) {
    struct leaving l = {.in = record, .out = out};
    if (!record.p) return 0;
    while (l.at < record.n) {
        char c = record.p[l.at];
        if (c == '"') {
            take_string(&l);
            continue;
        }
        if (c == '}') l.named = false;
        buf_add_c(out, c);
        l.at++;
    }
    return l.count;
}
