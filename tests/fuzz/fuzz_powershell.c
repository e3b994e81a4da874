/* Any text as a script, a command line, an event's payload and a parameter string. */
#include "analyze/powershell/powershell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) return 0;
    struct arena *a = arena_new(0);
    struct str text = str_of((const char *)data + 1, size - 1);
    struct powershell_text script = {text, data[0] & 1, data[0] & 2};
    struct call *calls;
    struct invocation *invocations;
    struct params params = {0};
    powershell_calls(a, &script, &calls);
    powershell_invocations(a, text, &invocations);
    powershell_parameter_string(a, cmdlet_find(STR("Add-MailboxPermission"), NULL), text, &params);
    params = (struct params){0};
    powershell_parameter_string(a, NULL, text, &params);
    arena_free(a);
    return 0;
}
