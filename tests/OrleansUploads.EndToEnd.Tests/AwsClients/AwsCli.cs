using System.Collections.Concurrent;
using System.Text.Json;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>Types commands of the AWS CLI.</summary>
public sealed class AwsCli(string program, ServerProcess server, string home)
{
    /// <summary>The CLI's exit code where a service has refused a request.</summary>
    private const int Refused = 254;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, bool> _done = [];

    /// <summary>The operations that have succeeded, as the API names them.</summary>
    public IEnumerable<string> Done => _done.Keys.Select(
        command => string.Concat(command.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])));

    /// <summary>Runs <c>aws glacier</c>, which must succeed.</summary>
    /// <returns>The JSON that it printed; undefined where it printed nothing.</returns>
    public async Task<JsonElement> RunAsync(string operation, params string[] arguments)
    {
        await using var process = Start([operation], arguments);
        var exitCode = await process.WaitForExitAsync(Patience);
        Assert.True(exitCode == 0, $"{process}\n{server}");
        _done.TryAdd(operation, true);
        return process.Output.Length == 0 ? default : JsonDocument.Parse(process.Output).RootElement;
    }

    /// <summary>Runs <c>aws glacier</c>, which must be refused; the user is told the code and a reason.</summary>
    public async Task RefusedAsync(string code, string reason, string operation, string[] arguments)
    {
        await using var process = Start([operation], arguments);
        Assert.Equal(Refused, await process.WaitForExitAsync(Patience));
        Assert.Contains($"({code})", process.Error, StringComparison.Ordinal);
        Assert.Contains(reason, process.Error, StringComparison.Ordinal);
    }

    /// <summary>Runs <c>aws glacier wait</c>, which must see what it waits for.</summary>
    public async Task WaitAsync(string state, string vault)
    {
        await using var process = Start(["wait", state], ["--vault-name", vault]);
        Assert.True(await process.WaitForExitAsync(Patience) == 0, $"{process}\n{server}");
    }

    private CapturedProcess Start(string[] command, string[] arguments) => CapturedProcess.Start(
        program,
        [
            "glacier", .. command, "--account-id", "-", "--output", "json",
            "--endpoint-url", server.Address.ToString(), .. arguments,
        ],
        InstalledClients.Environment(home));
}
