/* extract_signin.h - sign-ins of a block, counted: an intruder's are few among millions of others,
 * and what the fold asks is who signed in from where, with what and when, not each of them.
 *
 * One fact per actor, address, application, session, result and set of details that differ; its
 * places are those of the first and the last record by time. A table of fixed size: what finds no
 * room in it is given out earlier, so that no evidence can make it grow. */
#ifndef UNGRANT_ANALYZE_EXTRACT_SIGNIN_H
#define UNGRANT_ANALYZE_EXTRACT_SIGNIN_H

#include "analyze/facts.h"
#include "base/arena.h"

enum { SIGNINS = 4096 };

struct signins {
    struct arena *arena;
    void *own;
    void (*give)(void *own, const struct fact *f);
    struct fact **slots; /* SIGNINS of them, NULL where free; or NULL */
};

/* One sign-in, as fact_of_event() gives it, with text (the error) and details. */
void signins_add(struct signins *s, const struct fact *f);

/* Gives out what was counted, by place. */
void signins_flush(struct signins *s);

#endif
