using OrleansUploads.EndToEnd.Tests.AwsClients;

namespace OrleansUploads.EndToEnd.Tests.S3Clients;

/// <summary>Runs commands of an S3 client against a server.</summary>
/// <param name="program">The client's path.</param>
/// <param name="server">The server.</param>
/// <param name="home">The client's home folder.</param>
internal sealed class S3Program(string program, ServerProcess server, string home)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(5);

    /// <summary>Arguments before those of every command.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Environment variables beside those of <see cref="InstalledClients.Environment"/>.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    /// <summary>Runs a command and asserts that it succeeds.</summary>
    /// <returns>What it printed, on both streams.</returns>
    public async Task<string> RunAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        Assert.True(await process.WaitForExitAsync(TimeLimit) == 0, $"{process}\n{server}");
        return process.Output + process.Error;
    }

    /// <summary>Runs a command and asserts that it fails.</summary>
    /// <returns>What it printed, on both streams.</returns>
    public async Task<string> FailAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        Assert.True(await process.WaitForExitAsync(TimeLimit) != 0, $"{process}\n{server}");
        return process.Output + process.Error;
    }

    private CapturedProcess Start(string[] arguments) => CapturedProcess.Start(
        program, [.. Options, .. arguments], InstalledClients.Environment(home).Append(new("LC_ALL", "C.UTF-8")).Concat(Variables));
}
