using System.Reflection;
using System.Runtime.InteropServices;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>The built <c>orleans-uploads</c>, run as its users run it.</summary>
public static class CommandLine
{
    /// <summary>The operator's key pair, where a test does not want one to be made.</summary>
    public const string AccessKeyId = "AKIAENDTOENDTESTS000";

    public const string SecretAccessKey = "the-secret-of-the-end-to-end-tests-00000";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Its assembly.</summary>
    public static readonly string Program = typeof(CommandLine).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "CommandLine").Value!;

    /// <summary>The environment in which the operator has set a key pair.</summary>
    public static IReadOnlyDictionary<string, string?> WithOperatorKey { get; } = Environment(AccessKeyId, SecretAccessKey);

    /// <summary>The environment in which he has not.</summary>
    public static IReadOnlyDictionary<string, string?> WithoutOperatorKey { get; } = Environment(null, null);

    /// <summary>The program that runs this test also runs the command line, so that nothing depends on PATH.</summary>
    public static string Dotnet { get; } = Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>Starts a command.</summary>
    public static CapturedProcess Start(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        StartProgram([Program, .. arguments], environment);

    /// <summary>Starts any .NET program, which is the first argument.</summary>
    public static CapturedProcess StartProgram(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        CapturedProcess.Start(Dotnet, arguments, environment ?? WithoutOperatorKey);

    /// <summary>Defines <c>orleans-uploads</c> in a shell, as if the built program were installed.</summary>
    public static string ShellFunction => $"orleans-uploads() {{ '{Dotnet}' '{Program}' \"$@\"; }}";

    /// <summary>Runs a command to its end.</summary>
    public static async Task<CommandResult> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        var exitCode = await process.WaitForExitAsync(Patience);
        return new CommandResult(exitCode, process.Output, process.Error);
    }

    private static Dictionary<string, string?> Environment(string? accessKeyId, string? secretAccessKey) => new()
    {
        ["ORLEANSUPLOADS_ACCESS_KEY_ID"] = accessKeyId,
        ["ORLEANSUPLOADS_SECRET_ACCESS_KEY"] = secretAccessKey,
    };
}

/// <summary>How a command ended.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>Fails unless it succeeded, and silently so on the error stream.</summary>
    public CommandResult Expect()
    {
        Assert.True(ExitCode == 0 && Error.Length == 0, ToString());
        return this;
    }

    /// <summary>Fails unless it gave up with exit code 1 and one line that tells what to do.</summary>
    public void ExpectOneLine(params string[] parts)
    {
        Assert.True(ExitCode == 1, ToString());
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("orleans-uploads: ", line, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    /// <summary>The value behind <c>NAME=</c> on a line of its own.</summary>
    public string Value(string name) =>
        Output.Split('\n').Single(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..].Trim();
}
