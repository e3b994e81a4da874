# cmdlets.tsv -> C initialisers: one array of parameters a cmdlet, then the table of cmdlets.
# The input is sorted, so the output is in the order that cmdlet_find() searches.
BEGIN {
    FS = "\t"
    env["cloud"] = "ENV_CLOUD"; env["onprem"] = "ENV_ONPREM"; env["both"] = "ENV_BOTH"
}
/^#/ || NF < 8 { next }
$1 != cmdlet {
    if (cmdlet != "") print "};"
    cmdlet = $1
    names[++cmdlets] = $1
    environment[cmdlets] = env[$2]
    printf "static const struct parameter PARAMETERS_%d[] = {\n", cmdlets
}
{
    count[cmdlets]++
    printf "    {STR_INIT(\"%s\"), %s, %s, %s, %s, %s, STR_INIT(\"%s\"), STR_INIT(\"%s\")},\n",
        $3, env[$4], $5 == "SwitchParameter" ? "true" : "false",
        $5 ~ /\[\]$/ || $5 == "MultiValuedProperty" ? "true" : "false",
        $6 == "-" ? "0" : $6, $8 == "yes" ? "true" : "false", $5, $7 == "-" ? "" : $7
}
END {
    print "};"
    print "const struct cmdlet CMDLETS[] = {"
    for (i = 1; i <= cmdlets; i++)
        printf "    {STR_INIT(\"%s\"), %s, PARAMETERS_%d, %d},\n", names[i], environment[i], i, count[i]
    print "};"
}
