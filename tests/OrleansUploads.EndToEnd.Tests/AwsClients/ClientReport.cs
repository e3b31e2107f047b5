namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>The report of a script that runs the operations of a client.</summary>
/// <param name="Areas">The areas that ran, each with its failure, or null if it succeeded.</param>
/// <param name="Done">The operations that succeeded.</param>
public sealed record ClientReport(IReadOnlyDictionary<string, string?> Areas, IReadOnlyList<string> Done)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(10);

    /// <summary>The provoked errors, each as an operation and a code.</summary>
    public IReadOnlyList<string[]> Errors { get; init; } = [];

    /// <summary>The errors that the client's own model of the API documents for each operation.</summary>
    public IReadOnlyDictionary<string, string[]> Model { get; init; } = new Dictionary<string, string[]>();

    /// <summary>Texts in the journal that the test damages afterwards.</summary>
    public IReadOnlyList<string> Damage { get; init; } = [];

    public static async Task<ClientReport> RunAsync(string program, string script, ServerProcess server, string home)
    {
        await using var process = CapturedProcess.Start(
            program, [script, server.Address.ToString()], InstalledClients.Environment(home));
        Assert.True(await process.WaitForExitAsync(TimeLimit) == 0, $"{process}\n{server}");
        return JsonSerializer.Deserialize<ClientReport>(process.Output, JsonSerializerOptions.Web)!;
    }

    public void ExpectAreas(IEnumerable<string> areas) => Assert.Equal(areas.Order(), Areas.Keys.Order());

    public void ExpectSuccess(string area)
    {
        Assert.True(Areas.TryGetValue(area, out var failure), $"The script's report has no area '{area}'.");
        Assert.True(failure is null, failure);
    }
}
