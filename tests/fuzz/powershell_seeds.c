/* powershell_seeds TARGET DIR - writes what the PowerShell targets start from: the texts of the
 * unit tests, and for `payload` the shapes that events have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/powershell_texts.h"

static const char *const PAYLOADS[] = {
    "CommandInvocation(Add-MailboxPermission): \"Add-MailboxPermission\"\r\n"
    "ParameterBinding(Add-MailboxPermission): name=\"Identity\"; value=\"m\"\r\n"
    "ParameterBinding(Add-MailboxPermission): name=\"AccessRights\"; value=\"FullAccess\"\r\n",
    "CommandInvocation(Remove-MailboxPermission): \"Remove-MailboxPermission\"\r\n"
    "ParameterBinding(Remove-MailboxPermission): name=\"User\"; value=\"a\"; value=\"b\"\r\n"
    "TerminatingError(Remove-MailboxPermission): \"no such user\"\r\n"
    "NonTerminatingError(Set-Mailbox): \"x\"\r\n",
    " -Identity \"a\" -AccessRights (\"x\",\"y\") -GrantSendOnBehalfTo @{Add=(\"z\")} -Owner $null",
    "-Identity \"a -User \"b\" c\" -User \"d[...]\" -Deny:$True -AutoMapping $false",
    "-Identity:a -User 'b' -AccessRights {FullAccess, ReadPermission} -Debug...",
};

static void write_seed(const char *dir, size_t number, const char *text) {
    char path[4096];
    snprintf(path, sizeof path, "%s/seed-%04zu", dir, number);
    FILE *f = fopen(path, "wb");
    if (!f || fputc('a', f) == EOF || fputs(text, f) == EOF || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fputs("powershell_seeds TARGET DIR\n", stderr);
        return 2;
    }
    if (strcmp(argv[1], "payload") == 0) {
        for (size_t i = 0; i < sizeof PAYLOADS / sizeof *PAYLOADS; i++)
            write_seed(argv[2], i, PAYLOADS[i]);
        return 0;
    }
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) write_seed(argv[2], i, TEXTS[i].text);
    return 0;
}
