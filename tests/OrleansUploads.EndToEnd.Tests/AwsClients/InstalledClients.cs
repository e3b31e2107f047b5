using System.Reflection;
using System.Text.Json;
using OrleansUploads.EndToEnd.Tests.Harness;
using Xunit.Sdk;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>Amazon's own clients, as this machine has them. Where they are missing, their tests are skipped, or fail where
/// they are required: on a build server nobody reads what was skipped.</summary>
public static class InstalledClients
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string JavaScriptFolder = typeof(InstalledClients).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "JavaScript").Value!;

    /// <summary>The AWS CLI; the distribution's own comes first.</summary>
    public static Task<string> FindAwsCliAsync() => FindAsync("the AWS CLI (package awscli)", "aws", "--version");

    /// <summary>A Python that has boto3; the distribution's own comes first.</summary>
    public static Task<string> FindPythonWithBoto3Async() =>
        FindAsync("Python with boto3 (package python3-boto3)", "python3", "-c", "import boto3");

    /// <summary>A Node.js that finds the client of JavaScript's lock file.</summary>
    public static Task<string> FindNodeWithGlacierClientAsync() => FindAsync(
        $"Node.js with the packages of {JavaScriptFolder} (run 'npm ci' there)",
        "node",
        "--input-type=module",
        "--eval",
        "import { createRequire } from 'node:module';"
            + $"createRequire({JsonSerializer.Serialize(JavaScript("operations.mjs"))})"
            + ".resolve('@aws-sdk/client-glacier');");

    /// <summary>A script for Python.</summary>
    public static string PythonScript(string name) =>
        Path.Combine(AppContext.BaseDirectory, "AwsClients", "python", name);

    /// <summary>A script for Node.js. It stays in the source folder, beside the packages that it finds there.</summary>
    public static string JavaScript(string name) => Path.Combine(JavaScriptFolder, name);

    /// <summary>An environment in which the clients see this server's keys and nothing of the machine's own settings.</summary>
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
        ["AWS_PAGER"] = "",
        ["PYTHONDONTWRITEBYTECODE"] = "1",
        ["NO_PROXY"] = "127.0.0.1",
        ["no_proxy"] = "127.0.0.1",
    };

    private static async Task<string> FindAsync(string what, string program, params string[] proof)
    {
        string[] places = ["/usr/bin", .. (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        foreach (var path in places.Select(place => Path.Combine(place, program)).Where(File.Exists).Distinct())
        {
            await using var process = CapturedProcess.Start(path, proof, []);
            if (await process.WaitForExitAsync(Patience) == 0)
            {
                return path;
            }
        }

        Assert.False(IsRequired, $"{what} is missing, and is required here.");
        throw SkipException.ForSkip($"{what} is not installed.");
    }

    private static bool IsRequired =>
        System.Environment.GetEnvironmentVariable("ORLEANSUPLOADS_REQUIRE_CLIENTS") == "1"
        || System.Environment.GetEnvironmentVariable("CI") == "true";
}
