using System.Text.Json;
using OrleansUploads.EndToEnd.Tests.Harness;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>What a script that goes through a client's operations has to tell.</summary>
/// <param name="Areas">What was tried, each with how it failed; null where it did not.</param>
/// <param name="Done">The operations that were done.</param>
public sealed record ClientReport(IReadOnlyDictionary<string, string?> Areas, IReadOnlyList<string> Done)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Errors that were provoked and checked: an operation and a code.</summary>
    public IReadOnlyList<string[]> Errors { get; init; } = [];

    /// <summary>The errors that the client's own model of the API documents for each operation.</summary>
    public IReadOnlyDictionary<string, string[]> Model { get; init; } = new Dictionary<string, string[]>();

    /// <summary>Texts in the journal of what is to be damaged.</summary>
    public IReadOnlyList<string> Damage { get; init; } = [];

    /// <summary>Runs a script against a server.</summary>
    public static async Task<ClientReport> RunAsync(string program, string script, ServerProcess server, string home)
    {
        await using var process = CapturedProcess.Start(
            program, [script, server.Address.ToString()], InstalledClients.Environment(home));
        Assert.True(await process.WaitForExitAsync(Patience) == 0, $"{process}\n{server}");
        return JsonSerializer.Deserialize<ClientReport>(process.Output, JsonSerializerOptions.Web)!;
    }

    /// <summary>Fails unless these areas were tried and no others.</summary>
    public void ExpectAreas(IEnumerable<string> areas) =>
        Assert.Equal(areas.Order(), Areas.Keys.Order());

    /// <summary>Fails with what the script said of an area, unless all was well in it.</summary>
    public void ExpectSuccess(string area)
    {
        Assert.True(Areas.TryGetValue(area, out var failure), $"The script knows nothing of {area}.");
        Assert.True(failure is null, failure);
    }
}
