#include "analyze/extract_seen.h"

static struct fact about(enum fact_kind kind, const struct tally *one) {
    return (struct fact){.kind = kind, .telemetry = one->telemetry, .host = one->host};
}

static void end_run(struct tallies *t, struct tally *one) {
    if (one->run) t->give(t->own, one->run);
    one->run = NULL;
}

static void give_hours(struct tallies *t, struct tally *one) {
    struct fact f = about(FACT_HOURS, one);
    if (!one->hour_count) return;
    struct buf b = {0};
    for (unsigned i = 0; i < one->hour_count; i++)
        for (unsigned k = 0; k < 4; k++) buf_add_c(&b, (char)(one->hours[i] >> 8 * k & 0xFF));
    f.text = buf_str(&b);
    t->give(t->own, &f);
    buf_free(&b);
    one->hour_count = 0;
}

static void see_hour(struct tallies *t, struct tally *one, struct when at) {
    if (at.basis == WHEN_NONE || at.ns < 0) return;
    uint32_t hour = (uint32_t)(at.ns / (3600 * NS_PER_S));
    for (unsigned i = 0; i < one->hour_count; i++) {
        if (one->hours[i] != hour) continue;
        one->hours[i] = one->hours[0];
        one->hours[0] = hour;
        return;
    }
    if (one->hour_count == HOURS_MOST) give_hours(t, one);
    one->hours[one->hour_count++] = one->hours[0];
    one->hours[0] = hour;
}

static void flush_kinds(struct tallies *t) {
    for (size_t i = 0; i < t->kind_count; i++) {
        const struct kind_tally *k = &t->kinds[i];
        t->give(t->own, &(struct fact){.kind = FACT_COUNTED,
                                       .telemetry = k->telemetry,
                                       .host = k->host,
                                       .text = k->kind,
                                       .count = k->count,
                                       .first = k->first,
                                       .last = k->last});
    }
    t->kind_count = 0;
}

void tallies_flush(struct tallies *t) {
    flush_kinds(t);
    for (size_t i = 0; i < t->count; i++) {
        struct tally *one = &t->list[i];
        struct fact f = about(FACT_SEEN, one);
        end_run(t, one);
        give_hours(t, one);
        f.count = one->count;
        f.number_first = one->number_first;
        f.number_last = one->number_last;
        f.first = one->first;
        f.last = one->last;
        t->give(t->own, &f);
    }
    t->count = 0;
}

/* The tally of this telemetry and host; the last one asked for stands first. */
static struct tally *tally_of(struct tallies *t, struct str telemetry, struct str host) {
    for (size_t i = 0; i < t->count; i++) {
        if (!str_eq(t->list[i].host, host) || !str_eq(t->list[i].telemetry, telemetry)) continue;
        if (i) {
            struct tally moved = t->list[i];
            t->list[i] = t->list[0];
            t->list[0] = moved;
        }
        return &t->list[0];
    }
    if (t->count == TALLIES) tallies_flush(t);
    struct tally *one = &t->list[t->count++];
    *one = (struct tally){.telemetry = arena_copy(t->arena, telemetry),
                          .host = arena_copy(t->arena, host)};
    return one;
}

/* The clock went back between this record and the one before it. */
static void see_setback(struct tallies *t, struct tally *one, struct when at, uint64_t number) {
    if (at.basis == WHEN_NONE || one->at.basis == WHEN_NONE) return;
    if (one->at.ns - at.ns <= SETBACK_SECONDS * NS_PER_S || one->setbacks == SETBACKS_MOST) return;
    struct fact f = about(FACT_SETBACK, one);
    f.number_first = number - 1;
    f.number_last = number;
    f.first = one->at;
    f.last = at;
    one->setbacks++;
    t->give(t->own, &f);
}

static void see_number(struct tallies *t, struct tally *one, struct when at, uint64_t number) {
    if (!one->number_first || number < one->number_first) one->number_first = number;
    if (number > one->number_last) one->number_last = number;
    if (one->run && number == one->run->number_last + 1) {
        see_setback(t, one, at, number);
    } else if (!one->run || one->runs < RUNS_MOST ||
               (number <= one->run->number_last && one->runs < RUNS_UTMOST)) {
        end_run(t, one);
        one->runs++;
        one->run = ARENA_NEW(t->arena, struct fact);
        *one->run = about(FACT_RUN, one);
        one->run->number_first = number;
        one->run->first = at;
    }
    if (number < one->run->number_last) return; /* out of order too often to follow */
    one->run->number_last = number;
    one->run->last = at;
    one->run->count++;
    one->at = at;
}

void tallies_add(struct tallies *t, struct str telemetry, struct str host, struct when at,
                 uint64_t number) {
    struct tally *one = tally_of(t, telemetry, host);
    one->count++;
    when_widen(&one->first, &one->last, at);
    see_hour(t, one, at);
    if (number) see_number(t, one, at, number);
}

void tallies_add_kind(struct tallies *t, struct str telemetry, struct str host, struct str kind,
                      struct when at) {
    size_t i = 0;
    while (i < t->kind_count &&
           !(str_eq(t->kinds[i].kind, kind) && str_eq(t->kinds[i].host, host) &&
             str_eq(t->kinds[i].telemetry, telemetry)))
        i++;
    if (i == TALLIES) {
        flush_kinds(t);
        i = 0;
    }
    if (i == t->kind_count)
        t->kinds[t->kind_count++] =
            (struct kind_tally){.telemetry = arena_copy(t->arena, telemetry),
                                .host = arena_copy(t->arena, host),
                                .kind = arena_copy(t->arena, kind)};
    struct kind_tally *one = &t->kinds[i];
    one->count++;
    when_widen(&one->first, &one->last, at);
}
