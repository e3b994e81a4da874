// Judge.cs - runs texts in the real engine, where each cmdlet of the catalogue is a function that only
// records how it was bound, and compares with the calls that ungrant read from the same text.
//
// A call we are certain of must have been made, with those parameters, in that order. A call we are not
// certain of may have been made any number of times, with the values we do know. A call we say is
// refused must not have been made. Every call that was made must be one of ours.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;
using System.Text.Json;
using System.Threading;

public sealed class Made
{
    public string Cmdlet;
    // Name, with + or - behind it for an edit: the values as text; null stands for any.
    public SortedDictionary<string, List<string>> Params = new(StringComparer.OrdinalIgnoreCase);
    public bool Certain, Attempt, Splat;
    public string Note;

    public override string ToString() => Cmdlet + string.Concat(Params.Select(p =>
        $" {p.Key}={(p.Value == null ? "?" : string.Join("|", p.Value))}"));
}

// The type of parameters that take whole objects from the pipeline: as Exchange's own, it is made from
// what a name can be, and from nothing else, so that a row with columns is bound by its columns.
public sealed class Id
{
    readonly object value;
    public Id(string v) => value = v;
    public Id(int v) => value = v;
    public Id(long v) => value = v;
    public Id(double v) => value = v;
    public Id(char v) => value = v;
    public Id(bool v) => value = v;
    public Id(object[] v) => value = v;
    public object Value => value;
}

public static class Judge
{
    const int StopAfter = 5000; // milliseconds for one text
    static readonly HashSet<string> Common = new(Cmdlet.CommonParameters, StringComparer.OrdinalIgnoreCase);
    static readonly List<Made> made = new();
    static InitialSessionState state;
    static string prefix;

    // ---- what the recording functions call ----

    public static void Record(string cmdlet, IDictionary bound)
    {
        var call = new Made { Cmdlet = cmdlet };
        foreach (DictionaryEntry e in bound)
        {
            string name = (string)e.Key;
            if (Common.Contains(name)) continue;
            if (Strip(e.Value) is IDictionary table && table.Count > 0 &&
                table.Keys.Cast<object>().All(k => Is(k, "Add") || Is(k, "Remove")))
                foreach (DictionaryEntry edit in table) call.Params[name + (Is(edit.Key, "Add") ? "+" : "-")] = Values(name, edit.Value);
            else
                call.Params[name] = Values(name, e.Value);
        }
        if (made.Count < 10000) made.Add(call);
    }

    public static void DeclarePrefix(object text) => prefix = $"{text}";

    // powershell.exe, pwsh and cmd as a process: what about_PowerShell_exe and about_Pwsh say of their words.
    public static void Process(string file, object[] words)
    {
        var list = new List<string> { file };
        foreach (object w in words ?? Array.Empty<object>())
            if (Strip(w) is IEnumerable many and not string) list.AddRange(many.Cast<object>().Select(x => $"{x}"));
            else list.Add($"{w}");
        RunProcess(list);
    }

    // Another session or process: nothing of this one's variables is there.
    public static void Elsewhere(object block) => RunChild($"{block}");

    // What Exchange's REST interface would do with the body of a request.
    public static void Post(object body)
    {
        using JsonDocument document = JsonDocument.Parse($"{body}");
        JsonElement input = document.RootElement.GetProperty("CmdletInput");
        var bound = new Hashtable();
        foreach (JsonProperty p in input.GetProperty("Parameters").EnumerateObject())
            bound[p.Name] = p.Value.ValueKind == JsonValueKind.Array
                ? p.Value.EnumerateArray().Select(v => (object)v.ToString()).ToArray() : p.Value.ToString();
        Record(input.GetProperty("CmdletName").GetString(), bound);
    }

    static bool Is(object key, string name) => string.Equals($"{key}", name, StringComparison.OrdinalIgnoreCase);
    static object Strip(object value) => value is PSObject p ? p.BaseObject : value;

    static List<string> Values(string name, object value)
    {
        value = Strip(value);
        if (value is Id id) value = Strip(id.Value);
        if (value == null) return new List<string>();
        if (value is IDictionary || value is ScriptBlock) return null;
        var list = new List<string>();
        if (value is IEnumerable many and not string)
            foreach (object one in many)
            {
                object bare = Strip(one);
                if (bare is IDictionary or ScriptBlock) return null;
                list.Add(Show(one));
            }
        else
            list.Add(Show(value));
        return Rights(name, list);
    }

    static string Show(object value)
    {
        object bare = Strip(value);
        if (bare is Id id) return Show(id.Value);
        if (bare is SwitchParameter s) return s.IsPresent.ToString();
        return (string)LanguagePrimitives.ConvertTo(value, typeof(string), CultureInfo.InvariantCulture);
    }

    // Rights are an enumeration: "FullAccess, ReadPermission" is two of them.
    static List<string> Rights(string name, List<string> values) =>
        name is "AccessRights" or "ExtendedRights"
            ? values.SelectMany(v => v.Split(',')).Select(v => v.Trim()).ToList()
            : values;

    // ---- processes ----

    static readonly string[] Valued = { "executionpolicy", "ep", "windowstyle", "inputformat", "if", "outputformat", "of",
        "version", "psconsolefile", "configurationname", "configurationfile", "workingdirectory", "wd", "settingsfile", "custompipename" };
    static readonly string[] Plain = { "nologo", "noexit", "noprofile", "noninteractive", "sta", "mta", "login", "noprofileloadtime" };

    // CommandLineToArgvW: quotes group, a backslash counts before a quote only.
    static List<string> SplitLine(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool quoted = false, any = false;
        for (int i = 0; i < line.Length; i++)
        {
            int slashes = 0;
            while (i < line.Length && line[i] == '\\') { slashes++; i++; }
            bool quote = i < line.Length && line[i] == '"';
            word.Append('\\', quote ? slashes / 2 : slashes);
            any |= slashes > 0;
            if (i >= line.Length) break;
            if (quote && slashes % 2 == 1) word.Append('"');
            else if (quote) { quoted = !quoted; any = true; }
            else if (char.IsWhiteSpace(line[i]) && !quoted)
            {
                if (any) words.Add(word.ToString());
                word.Clear();
                any = false;
            }
            else { word.Append(line[i]); any = true; }
        }
        if (any) words.Add(word.ToString());
        return words;
    }

    static void RunLine(string line) => RunProcess(SplitLine(line));

    static void RunProcess(List<string> words)
    {
        if (words.Count == 0) return;
        string program = Path.GetFileNameWithoutExtension(words[0].Replace('\\', '/')).ToLowerInvariant();
        if (program == "cmd")
        {
            int at = words.FindIndex(w => w.StartsWith("/c", StringComparison.OrdinalIgnoreCase) || w.StartsWith("/k", StringComparison.OrdinalIgnoreCase));
            if (at >= 0) RunLine(string.Join(" ", words.Skip(at + 1).Select(w => w.Contains(' ') && at + 2 < words.Count ? $"\"{w}\"" : w)));
            return;
        }
        if (program is not ("powershell" or "pwsh")) return;
        for (int i = 1; i < words.Count; i++)
        {
            string word = words[i];
            bool option = word.Length > 1 && "-/\u2013\u2014\u2015".Contains(word[0]);
            string name = option ? word.Substring(1).ToLowerInvariant() : "";
            if (option && name[0] == '-') name = name.Substring(1);
            if (option && (name is "e" or "ec" || (name.Length > 1 && "encodedcommand".StartsWith(name))))
            {
                if (i + 1 >= words.Count) return;
                try { RunChild(Encoding.Unicode.GetString(Convert.FromBase64String(words[i + 1]))); }
                catch (FormatException) { }
                return;
            }
            if (option && "file".StartsWith(name)) return;
            if (option && "command".StartsWith(name)) { RunChild(string.Join(" ", words.Skip(i + 1))); return; }
            if (option && Plain.Any(p => p.StartsWith(name))) continue;
            if (option && Valued.Any(p => p.StartsWith(name))) { i++; continue; }
            if (program == "powershell") RunChild(string.Join(" ", words.Skip(i)));
            return;
        }
    }

    static void RunChild(string text)
    {
        Runspace outer = Runspace.DefaultRunspace;
        Run(text);
        Runspace.DefaultRunspace = outer;
    }

    // ---- running a text ----

    // One module whose name is that of Exchange Online's, so that qualified names are found.
    static string WriteModule(string table, string folder)
    {
        var text = new StringBuilder();
        foreach (var cmdlet in File.ReadLines(table).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('\t')).GroupBy(c => c[0]))
        {
            text.Append($"function {cmdlet.Key} {{ [CmdletBinding(PositionalBinding=$false)] param(");
            text.Append(string.Join(",", cmdlet.Where(c => !Common.Contains(c[2])).Select(c =>
            {
                var said = new List<string>();
                if (c[5] != "-") said.Add($"Position={int.Parse(c[5]) - 1}");
                if (c[7] == "yes" && c[5] == "1") said.Add("ValueFromPipeline");
                if (c[7] == "yes") said.Add("ValueFromPipelineByPropertyName");
                string alias = c[6] == "-" ? "" : $"[Alias('{c[6]}')]";
                return $"[Parameter({string.Join(",", said)})]{alias}{(c[4] == "SwitchParameter" ? "[switch]" : c[7] == "yes" && c[5] == "1" ? "[Id]" : "")}${c[2]}";
            })));
            text.Append($") process {{ [Judge]::Record('{cmdlet.Key}', $PSBoundParameters); ");
            text.Append(cmdlet.Key == "Connect-ExchangeOnline" ? "if ($Prefix) { [Judge]::DeclarePrefix($Prefix) } } }\n" : "} }\n");
        }
        text.Append(@"
function Import-PSSession { param($Session, $Prefix) if ($Prefix) { [Judge]::DeclarePrefix($Prefix) } }
function powershell { [Judge]::Process('powershell', $args) }
function pwsh { [Judge]::Process('pwsh', $args) }
function cmd { [Judge]::Process('cmd', $args) }
function Start-Process { param($FilePath, $ArgumentList) [Judge]::Process('cmd', @('/c') + @(""$FilePath $ArgumentList"")) }
function Out-File { }
function Start-Job { param($ScriptBlock, $ArgumentList) [Judge]::Elsewhere($ScriptBlock) }
function Invoke-Command {
    param([Parameter(Position = 0)]$ScriptBlock, $Session, $ComputerName, [Alias('Args')]$ArgumentList, [Parameter(ValueFromPipeline)]$InputObject)
    if ($Session -or $ComputerName) { [Judge]::Elsewhere($ScriptBlock) } else { & $ScriptBlock @ArgumentList }
}
function Invoke-RestMethod { param($Uri, $Method, $Headers, $ContentType, [Parameter(ValueFromPipeline)]$Body) [Judge]::Post($Body) }
function Measure-Command { param([scriptblock]$Expression) . $Expression | Out-Null }
");
        string path = Path.Combine(folder, "ExchangeOnlineManagement.psm1");
        File.WriteAllText(path, text + "Export-ModuleMember -Function *\n");
        return path;
    }

    static void FindPrefixed(object sender, CommandLookupEventArgs e)
    {
        if (string.IsNullOrEmpty(prefix)) return;
        int dash = e.CommandName.IndexOf('-');
        if (dash < 0 || !e.CommandName.AsSpan(dash + 1).StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return;
        string name = e.CommandName.Substring(0, dash + 1) + e.CommandName.Substring(dash + 1 + prefix.Length);
        e.CommandScriptBlock = ScriptBlock.Create($"& '{CodeGeneration.EscapeSingleQuotedStringContent(name)}' @args");
        e.StopSearch = true;
    }

    static void Run(string text)
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(new ThinHost(TextWriter.Null), state);
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        runspace.SessionStateProxy.InvokeCommand.CommandNotFoundAction = FindPrefixed;
        using (PowerShell before = PowerShell.Create())
        {
            // Windows has a drive C:.
            before.Runspace = runspace;
            before.AddScript($@"
$null = $ExecutionContext.SessionState.Drive.New([System.Management.Automation.PSDriveInfo]::new(
    'C', $ExecutionContext.SessionState.Provider.GetOne('FileSystem'), '{Directory.GetCurrentDirectory()}', '', $null), 'global')").Invoke();
        }
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(text, false);
        using var timer = new Timer(_ => { try { shell.BeginStop(null, null); } catch (Exception) { } }, null, StopAfter, Timeout.Infinite);
        try { shell.Invoke(); }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException) { }
    }

    // ---- comparing ----

    static Made Ours(JsonElement call)
    {
        var ours = new Made
        {
            Cmdlet = call.GetProperty("cmdlet").GetString(),
            Certain = call.GetProperty("certain").GetBoolean(),
            Attempt = call.GetProperty("attempt").GetBoolean(),
            Note = call.GetProperty("note").GetString(),
        };
        foreach (JsonElement p in call.GetProperty("params").EnumerateArray())
        {
            string name = p.GetProperty("name").GetString();
            if (name == "@") { ours.Splat = true; continue; }
            List<string> values = p.GetProperty("values").EnumerateArray().Select(v => v.GetString()).ToList();
            ours.Params[name + p.GetProperty("edit").GetString()] =
                p.GetProperty("hole").GetBoolean() ? null : Rights(name, values);
        }
        return ours;
    }

    static bool SameText(string theirs, string ours)
    {
        if (theirs == ours) return true;
        // A number is kept as it was written; a switch bound to a number is on or off.
        if (!LanguagePrimitives.TryConvertTo(ours, CultureInfo.InvariantCulture, out double number)) return false;
        if (theirs is "True" or "False") return (number != 0) == (theirs == "True");
        return LanguagePrimitives.TryConvertTo(theirs, CultureInfo.InvariantCulture, out double same) && same == number;
    }

    static bool Same(Made theirs, Made ours)
    {
        if (!string.Equals(theirs.Cmdlet, ours.Cmdlet, StringComparison.OrdinalIgnoreCase)) return false;
        foreach (var p in ours.Params)
        {
            if (!theirs.Params.TryGetValue(p.Key, out List<string> values)) return p.Value == null && !ours.Certain;
            if (p.Value == null || values == null) continue;
            if (values.Count != p.Value.Count || !values.Zip(p.Value).All(v => SameText(v.First, v.Second))) return false;
        }
        return ours.Splat || theirs.Params.Keys.All(ours.Params.ContainsKey);
    }

    // Null: they agree.
    static string Compare(List<Made> theirs, List<Made> ours)
    {
        var certain = ours.Where(o => o.Certain && !o.Attempt).ToList();
        var others = ours.Where(o => !o.Certain && !o.Attempt).ToList();
        // best[i, j]: with the first i of theirs, the first j certain ones are explained.
        var can = new bool[theirs.Count + 1, certain.Count + 1];
        can[0, 0] = true;
        int explained = 0;
        for (int i = 0; i < theirs.Count; i++)
        {
            bool doubtful = others.Any(o => Same(theirs[i], o));
            for (int j = 0; j <= certain.Count; j++)
            {
                if (!can[i, j]) continue;
                if (doubtful) can[i + 1, j] = true;
                if (j < certain.Count && Same(theirs[i], certain[j])) can[i + 1, j + 1] = true;
            }
            if (Enumerable.Range(0, certain.Count + 1).Any(j => can[i + 1, j])) explained = i + 1;
        }
        if (can[theirs.Count, certain.Count]) return null;
        if (explained < theirs.Count) return "made, and not read: " + theirs[explained];
        int most = Enumerable.Range(0, certain.Count + 1).Where(j => can[theirs.Count, j]).Max();
        return "read as certain, and not made: " + certain[most];
    }

    public static int Start(string table, string texts)
    {
        string folder = Path.Combine(Path.GetTempPath(), "judge-" + Guid.NewGuid());
        Directory.CreateDirectory(folder);
        string lines = Path.GetFullPath(texts);
        string module = WriteModule(Path.GetFullPath(table), folder);
        // Nothing outside the engine is reached: no program, and files go where they are deleted.
        Environment.SetEnvironmentVariable("PATH", folder);
        Environment.SetEnvironmentVariable("PSModulePath", folder + "/none");
        Directory.SetCurrentDirectory(folder);
        state = InitialSessionState.CreateDefault2();
        state.ThreadOptions = PSThreadOptions.UseCurrentThread;
        state.ImportPSModule(new[] { Session.StandIns, module });
        int count = 0, different = 0, calls = 0, certain = 0;
        var clock = Stopwatch.StartNew();
        foreach (string line in File.ReadLines(lines))
        {
            JsonElement row = JsonDocument.Parse(line).RootElement;
            string kind = row.GetProperty("kind").GetString(), text = row.GetProperty("text").GetString();
            if (kind == "cut") continue; // what is missing cannot be run
            List<Made> ours = row.GetProperty("calls").EnumerateArray().Select(Ours).ToList();
            made.Clear();
            prefix = null;
            if (kind == "line") RunLine(text);
            else Run(text.TrimStart('\uFEFF'));
            count++;
            calls += made.Count;
            certain += ours.Count(o => o.Certain && !o.Attempt);
            string difference = Compare(made, ours);
            if (difference == null) continue;
            different++;
            Console.WriteLine($"{kind} {row.GetProperty("number")}: {difference}");
            Console.WriteLine("  text:   " + text.Replace("\n", "\n          "));
            foreach (Made m in made) Console.WriteLine("  engine: " + m);
            foreach (Made o in ours) Console.WriteLine($"  ours:   {o}{(o.Attempt ? " ~attempt" : o.Certain ? "" : " ~uncertain")} {o.Note}");
        }
        Directory.Delete(folder, true);
        Console.WriteLine($"judge: {count} texts, {calls} calls made, {certain} read as certain, {different} texts differ, {clock.Elapsed.TotalSeconds:F0} s");
        return different == 0 ? 0 : 1;
    }
}
