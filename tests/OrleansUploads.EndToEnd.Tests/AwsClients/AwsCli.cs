using System.Collections.Concurrent;
using System.Text.Json;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>Runs commands of the AWS CLI against a server.</summary>
public sealed class AwsCli(string program, ServerProcess server, string home)
{
    /// <summary>The CLI's exit code if a service refuses a request.</summary>
    private const int Refused = 254;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, bool> _done = [];

    /// <summary>The API names of the operations that have succeeded.</summary>
    public IEnumerable<string> Done => _done.Keys.Select(
        command => string.Concat(command.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])));

    /// <summary>Runs <c>aws glacier</c> and asserts that it succeeds.</summary>
    /// <returns>The printed JSON; undefined if nothing was printed.</returns>
    public async Task<JsonElement> RunAsync(string operation, params string[] arguments)
    {
        await using var process = Start([operation], arguments);
        var exitCode = await process.WaitForExitAsync(TimeLimit);
        Assert.True(exitCode == 0, $"{process}\n{server}");
        _done.TryAdd(operation, true);
        return process.Output.Length == 0 ? default : JsonDocument.Parse(process.Output).RootElement;
    }

    /// <summary>Runs <c>aws glacier</c> and asserts that it fails with this code and a message that contains the reason.</summary>
    public async Task ExpectRefusalAsync(string code, string reason, string operation, string[] arguments)
    {
        await using var process = Start([operation], arguments);
        Assert.Equal(Refused, await process.WaitForExitAsync(TimeLimit));
        Assert.Contains($"({code})", process.Error, StringComparison.Ordinal);
        Assert.Contains(reason, process.Error, StringComparison.Ordinal);
    }

    /// <summary>Runs <c>aws glacier wait</c> and asserts that it succeeds.</summary>
    public async Task WaitAsync(string state, string vault)
    {
        await using var process = Start(["wait", state], ["--vault-name", vault]);
        Assert.True(await process.WaitForExitAsync(TimeLimit) == 0, $"{process}\n{server}");
    }

    private CapturedProcess Start(string[] command, string[] arguments) => CapturedProcess.Start(
        program,
        [
            "glacier", .. command, "--account-id", "-", "--output", "json",
            "--endpoint-url", server.Address.ToString(), .. arguments,
        ],
        InstalledClients.Environment(home));
}
