using OrleansUploads.EndToEnd.Tests.AwsClients;

namespace OrleansUploads.EndToEnd.Tests.S3Clients;

internal sealed class S3Program(string program, ServerProcess server, string home)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(5);

    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Environment variables beside those of <see cref="InstalledClients.Environment"/>.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    public async Task<string> RunAsync(params string[] arguments)
    {
        await using var process = CapturedProcess.Start(
            program, [.. Options, .. arguments], InstalledClients.Environment(home).Append(new("LC_ALL", "C.UTF-8")).Concat(Variables));
        Assert.True(await process.WaitForExitAsync(TimeLimit) == 0, $"{process}\n{server}");
        return process.Output + process.Error;
    }
}
