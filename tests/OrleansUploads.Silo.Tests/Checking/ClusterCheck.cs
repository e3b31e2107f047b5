using System.Text.Json;

namespace OrleansUploads.Silo.Tests.Checking;

/// <summary>What <c>check</c> has reported about a cluster.</summary>
internal sealed record ClusterCheck(int ExitCode, JsonElement Document, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public IReadOnlyList<JsonElement> Damage => [.. Document.GetProperty("damage").EnumerateArray()];

    /// <summary>The folders of bytes that nothing refers to.</summary>
    public IEnumerable<string?> Orphans => Document.GetProperty("orphans").EnumerateArray().Select(static found => Text(found, "folder"));

    /// <summary>Runs a check with the settings of a silo.</summary>
    public static async Task<ClusterCheck> RunAsync(SiloStart silo, params string[] options)
    {
        await using var process = silo.Run(["check", "--json", "--quiet", .. options]);
        var code = await process.WaitForExitAsync(Patience);
        Assert.True(process.Output.Length > 0, process.ToString());
        using var document = JsonDocument.Parse(process.Output);
        return new ClusterCheck(code, document.RootElement.Clone(), process.Error);
    }

    public ClusterCheck ExpectSound()
    {
        Assert.True(ExitCode == 0 && Damage.Count == 0 && Text(Document, "outcome") == "sound", $"{Document}\n{Error}");
        return this;
    }

    /// <summary>A number of the report.</summary>
    public long Count(string name) => Document.GetProperty(name).GetInt64();

    /// <summary>A text of the report or of a finding, or null.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
