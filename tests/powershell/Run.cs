// Run.cs - a script in the real engine, and the host that it meets there: output goes to standard
// output, a question fails the run (status 98).
using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Security;
using System.Text;

sealed class QuietScreen : PSHostRawUserInterface
{
    public override ConsoleColor BackgroundColor { get; set; }
    public override ConsoleColor ForegroundColor { get; set; }
    public override Size BufferSize { get; set; } = new Size(120, 9999);
    public override Size WindowSize { get; set; } = new Size(120, 50);
    public override Coordinates CursorPosition { get; set; }
    public override Coordinates WindowPosition { get; set; }
    public override int CursorSize { get; set; }
    public override string WindowTitle { get; set; } = "";
    public override Size MaxWindowSize => WindowSize;
    public override Size MaxPhysicalWindowSize => WindowSize;
    public override bool KeyAvailable => false;
    public override void FlushInputBuffer() { }
    public override BufferCell[,] GetBufferContents(Rectangle r) => new BufferCell[0, 0];
    public override KeyInfo ReadKey(ReadKeyOptions o) => throw new PSInvalidOperationException("a key is asked for");
    public override void ScrollBufferContents(Rectangle s, Coordinates d, Rectangle c, BufferCell f) { }
    public override void SetBufferContents(Coordinates o, BufferCell[,] c) { }
    public override void SetBufferContents(Rectangle r, BufferCell f) { }
}

sealed class Screen : PSHostUserInterface
{
    readonly TextWriter output;
    public Screen(TextWriter output) { this.output = output; }
    public bool Asked { get; private set; }
    public override PSHostRawUserInterface RawUI { get; } = new QuietScreen();

    public override void Write(string s) => output.Write(s);
    public override void Write(ConsoleColor f, ConsoleColor b, string s) => output.Write(s);
    public override void WriteLine(string s) => output.WriteLine(s);
    public override void WriteErrorLine(string s) => output.WriteLine(s);
    public override void WriteDebugLine(string s) => output.WriteLine("DEBUG: " + s);
    public override void WriteVerboseLine(string s) => output.WriteLine("VERBOSE: " + s);
    public override void WriteWarningLine(string s) => output.WriteLine("WARNING: " + s);
    public override void WriteProgress(long source, ProgressRecord r) { }

    Exception Refuse(string what)
    {
        Asked = true;
        output.WriteLine($"host: the script asks: {what}");
        return new PSInvalidOperationException($"nobody is there to answer: {what}");
    }
    public override string ReadLine() => throw Refuse("a line");
    public override SecureString ReadLineAsSecureString() => throw Refuse("a secret");
    public override Dictionary<string, PSObject> Prompt(string c, string m, Collection<FieldDescription> f) =>
        throw Refuse(c + " " + string.Join(",", f.Select(x => x.Name)));
    public override int PromptForChoice(string c, string m, Collection<ChoiceDescription> x, int d) => throw Refuse(c + " " + m);
    public override PSCredential PromptForCredential(string c, string m, string u, string t) => throw Refuse("credential");
    public override PSCredential PromptForCredential(string c, string m, string u, string t,
        PSCredentialTypes k, PSCredentialUIOptions o) => throw Refuse("credential");
}

sealed class ThinHost : PSHost
{
    public readonly Screen Screen;
    public int? Exit { get; private set; }
    public ThinHost(TextWriter output) { Screen = new Screen(output); }
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override string Name => "ThinHost";
    public override PSHostUserInterface UI => Screen;
    public override Version Version => new Version(1, 0);
    public override void EnterNestedPrompt() => throw new PSInvalidOperationException("nested prompt");
    public override void ExitNestedPrompt() { }
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int code) => Exit = code;
}

sealed class Session
{
    readonly ThinHost host = new ThinHost(Console.Out);
    readonly List<string> modules = new List<string>();
    string transcript;
    bool constrained, bare, typed;
    Runspace runspace;

    public static string StandIns => Path.Combine(AppContext.BaseDirectory, "standins.psm1");

    public static int Start(List<string> words, bool typed)
    {
        var session = new Session { typed = typed };
        int at = 0;
        for (; at < words.Count && words[at].StartsWith("--"); at++)
        {
            if (words[at] == "--constrained") session.constrained = true;
            else if (words[at] == "--bare") session.bare = true;
            else if (words[at] == "--module" && at + 1 < words.Count) session.modules.Add(Path.GetFullPath(words[++at]));
            else if (words[at] == "--transcript" && at + 1 < words.Count) session.transcript = Path.GetFullPath(words[++at]);
            else { Console.Error.WriteLine($"host: {words[at]}?"); return 2; }
        }
        if (at >= words.Count || !File.Exists(words[at]))
        {
            Console.Error.WriteLine("host: which script?");
            return 2;
        }
        int status = session.Run(Path.GetFullPath(words[at]), words.Skip(at + 1));
        Console.Out.Flush();
        return status;
    }

    // -Name, -Name:value and numbers stand as they are, all else is a quoted string.
    static string Argument(string word) =>
        word.StartsWith("-") && !word.Contains(' ') ? word : "'" + CodeGeneration.EscapeSingleQuotedStringContent(word) + "'";

    int Run(string script, IEnumerable<string> arguments)
    {
        Environment.SetEnvironmentVariable("PSModulePath", Path.Combine(AppContext.BaseDirectory, "modules"));
        Environment.SetEnvironmentVariable("NO_COLOR", "1");
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (!bare) state.ImportPSModule(new[] { StandIns });
        if (modules.Count > 0) state.ImportPSModule(modules.ToArray());
        state.ThreadOptions = PSThreadOptions.UseCurrentThread;
        using (runspace = RunspaceFactory.CreateRunspace(host, state))
        {
            runspace.Open();
            Runspace.DefaultRunspace = runspace;
            if (transcript != null) Transcribe("StartTranscribing", transcript, null, true, false);
            if (constrained) Invoke("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'", false);
            bool good = true;
            if (typed)
                foreach (string line in File.ReadAllLines(script)) good &= line.Trim().Length == 0 || Invoke(line, true);
            else
                good = Invoke(string.Join(" ", new[] { "&", "'" + script.Replace("'", "''") + "'" }.Concat(arguments.Select(Argument))), true);
            int status = Status(good);
            if (transcript != null) Transcribe("StopTranscribing");
            return status;
        }
    }

    int Status(bool good)
    {
        if (host.Screen.Asked) return 98;
        if (host.Exit is int asked) return asked;
        if (!good) return 1;
        // The provider of variables knows it even where the language is constrained.
        object last = runspace.SessionStateProxy.PSVariable.GetValue("LASTEXITCODE");
        return last is int code ? code : 0;
    }

    // False: it ended with an error that nothing caught.
    bool Invoke(string line, bool visible)
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(line);
        if (visible)
        {
            shell.AddCommand("Out-Default");
            shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        }
        try
        {
            shell.Invoke(null, new PSInvocationSettings { Host = host, AddToHistory = visible });
            return true;
        }
        catch (RuntimeException e)
        {
            Console.Out.WriteLine($"host: {e.ErrorRecord.FullyQualifiedErrorId}: {e.Message}");
            Console.Out.WriteLine(e.ErrorRecord.ScriptStackTrace);
            return false;
        }
    }

    // Not public in the engine; Start-Transcript, which is, belongs to a module that is not here.
    void Transcribe(string method, params object[] arguments)
    {
        MethodInfo found = typeof(PSHostUserInterface)
            .GetMethods(BindingFlags.Instance | BindingFlags.NonPublic)
            .FirstOrDefault(m => m.Name == method && m.GetParameters().Length == arguments.Length)
            ?? throw new MissingMethodException(method);
        found.Invoke(host.UI, arguments);
    }
}
