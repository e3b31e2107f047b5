using System.Text.Json;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>Types commands of the AWS CLI.</summary>
public sealed class AwsCli(string program, ServerProcess server, string home)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs <c>aws glacier</c>, which must succeed.</summary>
    /// <returns>The JSON that it printed; undefined where it printed nothing.</returns>
    public async Task<JsonElement> RunAsync(string operation, params string[] arguments)
    {
        await using var process = Start(operation, arguments);
        var exitCode = await process.WaitForExitAsync(Patience);
        Assert.True(exitCode == 0, $"{process}\n{server}");
        return process.Output.Length == 0 ? default : JsonDocument.Parse(process.Output).RootElement;
    }

    /// <summary>Runs <c>aws glacier</c>, which must be refused with a code.</summary>
    public async Task RefusedAsync(string code, string operation, params string[] arguments)
    {
        await using var process = Start(operation, arguments);
        Assert.NotEqual(0, await process.WaitForExitAsync(Patience));
        Assert.Contains($"({code})", process.Error, StringComparison.Ordinal);
    }

    private CapturedProcess Start(string operation, string[] arguments) => CapturedProcess.Start(
        program,
        [
            "glacier", operation, "--account-id", "-", "--output", "json",
            "--endpoint-url", server.Address.ToString(), .. arguments,
        ],
        InstalledClients.Environment(home));
}
