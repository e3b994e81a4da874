#include "analyze/powershell/powershell.h"
__attribute__((weak)) const struct reader READER_UAL_CSV, READER_UAL_JSON, READER_TRANSCRIPT;
__attribute__((weak)) size_t powershell_invocations(struct arena *a, struct str payload, struct invocation **out){(void)a;(void)payload;*out=0;return 0;}
__attribute__((weak)) void powershell_parameter_string(struct arena *a, const struct cmdlet *c, struct str text, struct params *out){(void)c;params_add1(a,out,STR("raw"),text);}
__attribute__((weak)) const struct cmdlet *cmdlet_find(struct str name, bool *p){(void)name;*p=false;return 0;}
