/* review_page.h - review.html: a plan as one page for people, without network; what they decide
 * there leaves it as a file that `ungrant review --decisions` takes. */
#ifndef UNGRANT_PLAYBOOKS_REVIEW_PAGE_H
#define UNGRANT_PLAYBOOKS_REVIEW_PAGE_H

#include "base/buf.h"
#include "base/json_read.h"

void review_page(struct buf *out, const cJSON *plan);

#endif
