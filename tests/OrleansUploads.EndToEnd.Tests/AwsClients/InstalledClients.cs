using System.Collections.Concurrent;
using System.Reflection;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>Finds the clients on this machine. If one is missing, its tests are skipped; on a build server, where skipped
/// tests are easily overlooked, they fail.</summary>
public static class InstalledClients
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>What was found, by the line that was tried: a client takes up to a second to start.</summary>
    private static readonly ConcurrentDictionary<string, Task<string?>> Found = new();

    private static readonly string JavaScriptFolder = PathOf("JavaScript");

    private static readonly string ProgramsFolder = PathOf("JavaScriptPrograms");

    /// <summary>Finds the AWS CLI; the distribution's package comes first.</summary>
    public static Task<string> FindAwsCliAsync() => FindAsync("the AWS CLI (package awscli)", "aws", "--version");

    /// <summary>Finds a Python with boto3; the distribution's package comes first.</summary>
    public static Task<string> FindPythonWithBoto3Async() =>
        FindAsync("Python with boto3 (package python3-boto3)", "python3", "-c", "import boto3");

    /// <summary>Finds a Python with boto 2; the distribution's package comes first.</summary>
    public static Task<string> FindPythonWithBoto2Async() =>
        FindAsync("Python with boto 2 (package python3-boto)", "python3", "-c", "import boto");

    public static Task<string> FindRcloneAsync() => FindAsync("rclone (package rclone)", "rclone", "version");

    public static Task<string> FindS3cmdAsync() => FindAsync("s3cmd (package s3cmd)", "s3cmd", "--version");

    public static Task<string> FindResticAsync() => FindAsync("restic (package restic)", "restic", "version");

    public static Task<string> FindChromiumAsync() => FindAsync("Chromium (package chromium)", "chromium", "--version");

    /// <summary>Finds a Node.js for which a package from package-lock.json is installed.</summary>
    public static Task<string> FindNodeAsync(string package) => FindNodeAsync(JavaScriptFolder, package);

    /// <summary>Finds a Node.js for which the programs for S3 from npm are installed.</summary>
    public static Task<string> FindNodeWithProgramsAsync() => FindNodeAsync(ProgramsFolder, "aws4fetch");

    public static string PythonScript(string name) => Path.Combine(AppContext.BaseDirectory, "AwsClients", "python", name);

    /// <summary>The path of the Node.js script with the programs for S3 from npm, or of another file beside it.</summary>
    public static string JavaScriptProgram(string name) => Path.Combine(ProgramsFolder, name);

    /// <summary>The path of the program with version 3 of Amazon's S3 client for .NET.</summary>
    public static string DotNetPresigned { get; } = PathOf("DotNetPresigned");

    /// <summary>The path of a Node.js script. It is run in the source folder, where its packages are installed.</summary>
    public static string JavaScript(string name) => Path.Combine(JavaScriptFolder, name);

    /// <summary>Environment variables with the test's key pair and without this machine's AWS settings.</summary>
    public static IReadOnlyDictionary<string, string?> Environment(string home) => new Dictionary<string, string?>
    {
        ["HOME"] = home,
        ["AWS_ACCESS_KEY_ID"] = CommandLine.AccessKeyId,
        ["AWS_SECRET_ACCESS_KEY"] = CommandLine.SecretAccessKey,
        ["AWS_DEFAULT_REGION"] = "us-east-1",
        ["AWS_CONFIG_FILE"] = null,
        ["AWS_SHARED_CREDENTIALS_FILE"] = null,
        ["AWS_PROFILE"] = null,
        ["AWS_SESSION_TOKEN"] = null,
        ["AWS_CA_BUNDLE"] = null,
        ["AWS_PAGER"] = "",
        ["PYTHONDONTWRITEBYTECODE"] = "1",
        ["NO_PROXY"] = "127.0.0.1",
        ["no_proxy"] = "127.0.0.1",
    };

    private static string PathOf(string key) => typeof(InstalledClients).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!;

    private static Task<string> FindNodeAsync(string folder, string package) => FindAsync(
        $"Node.js with the packages of {folder} (run 'npm ci' there)",
        "node",
        "--input-type=module",
        "--eval",
        "import { createRequire } from 'node:module';"
            + $"createRequire({JsonSerializer.Serialize(Path.Combine(folder, "package.json"))})"
            + $".resolve({JsonSerializer.Serialize(package)});");

    /// <summary>Requires a program that is not tried.</summary>
    public static void Require(string program)
    {
        if (!PathsOf(program).Any())
        {
            throw Requirement.IsMissing($"{program} is not installed");
        }
    }

    private static IEnumerable<string> PathsOf(string program)
    {
        string[] folders = ["/usr/bin", .. (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        return folders.Select(folder => Path.Combine(folder, program)).Where(File.Exists).Distinct();
    }

    private static async Task<string> FindAsync(string what, string program, params string[] arguments) =>
        await Found.GetOrAdd(string.Join(' ', [program, .. arguments]), _ => TryFindAsync(program, arguments))
            ?? throw Requirement.IsMissing($"{what} is not installed");

    private static async Task<string?> TryFindAsync(string program, string[] arguments)
    {
        foreach (var path in PathsOf(program))
        {
            await using var process = CapturedProcess.Start(path, arguments, []);
            if (await process.WaitForExitAsync(TimeLimit) == 0)
            {
                return path;
            }
        }

        return null;
    }
}
