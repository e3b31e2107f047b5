using System.Reflection;
using System.Runtime.InteropServices;

namespace OrleansUploads.TestKit.Processes;

/// <summary>Runs the built <c>orleans-uploads</c> program.</summary>
public static class CommandLine
{
    /// <summary>The key pair that tests set in the environment, so that the server does not create one.</summary>
    public const string AccessKeyId = "AKIAENDTOENDTESTS000";

    public const string SecretAccessKey = "the-secret-of-the-end-to-end-tests-00000";

    // Commands take less than a second, but a virtual machine may be suspended for longer.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>The path of the program's assembly.</summary>
    public static readonly string Program = StartedProgram.Find("Cli", typeof(CommandLine).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "CommandLine").Value!);

    public static IReadOnlyDictionary<string, string?> WithOperatorKey { get; } = Environment(AccessKeyId, SecretAccessKey);

    public static IReadOnlyDictionary<string, string?> WithoutOperatorKey { get; } = Environment(null, null);

    /// <summary>The <c>dotnet</c> of the runtime that runs this test, so that nothing depends on PATH.</summary>
    public static string Dotnet { get; } = Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    public static CapturedProcess Start(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        StartProgram([Program, .. arguments], environment);

    /// <summary>Starts a .NET program, whose assembly is the first argument.</summary>
    /// <param name="arguments">The assembly and its arguments.</param>
    /// <param name="environment">Variables to set; by default those without a key pair.</param>
    /// <param name="through">A program and its arguments that run the program, such as <c>prlimit</c>, or null to run it directly.</param>
    public static CapturedProcess StartProgram(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, IReadOnlyList<string>? through = null)
    {
        string[] line = [.. through ?? [], Dotnet, .. arguments];
        return CapturedProcess.Start(line[0], line[1..], environment ?? WithoutOperatorKey);
    }

    /// <summary>Defines <c>orleans-uploads</c> in a shell, as if the built program were installed.</summary>
    public static string ShellFunction => $"orleans-uploads() {{ '{Dotnet}' '{Program}' \"$@\"; }}";

    /// <summary>Runs a command and waits for its exit.</summary>
    public static Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(arguments, environment: null);

    /// <inheritdoc cref="RunAsync(string[])"/>
    public static async Task<CommandResult> RunAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        await using var process = Start(arguments, environment);
        var exitCode = await process.WaitForExitAsync(TimeLimit);
        return new CommandResult(exitCode, process.Output, process.Error);
    }

    /// <summary>Runs a line of a shell, in which <c>orleans-uploads</c> is the built program, and waits for its exit.</summary>
    public static async Task<CommandResult> RunInShellAsync(string line, IReadOnlyDictionary<string, string?> environment)
    {
        await using var shell = CapturedProcess.Start("/bin/bash", ["-c", $"{ShellFunction}; {line}"], environment);
        var exitCode = await shell.WaitForExitAsync(TimeLimit);
        return new CommandResult(exitCode, shell.Output, shell.Error);
    }

    private static Dictionary<string, string?> Environment(string? accessKeyId, string? secretAccessKey) => new()
    {
        ["ORLEANSUPLOADS_ACCESS_KEY_ID"] = accessKeyId,
        ["ORLEANSUPLOADS_SECRET_ACCESS_KEY"] = secretAccessKey,
    };
}

/// <summary>The exit code and output of a command.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Asserts that the command succeeded and wrote nothing to standard error.</summary>
    public CommandResult Expect()
    {
        Assert.True(ExitCode == 0 && Error.Length == 0, ToString());
        return this;
    }

    /// <summary>Asserts that the command failed with exit code 1 and a single line on standard error with these texts.</summary>
    public void ExpectOneLine(params string[] parts) => ExpectOneLine(1, parts);

    /// <summary>Asserts that the command failed with this exit code and a single line on standard error with these texts.</summary>
    public void ExpectOneLine(int exitCode, params string[] parts)
    {
        Assert.True(ExitCode == exitCode, ToString());
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("orleans-uploads: ", line, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Returns the value of the output line <c>NAME=value</c>.</summary>
    public string Value(string name) =>
        Output.Split('\n').Single(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..].Trim();
}
